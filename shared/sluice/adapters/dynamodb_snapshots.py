"""Snapshots as functions read them: one item, eventually consistent, and no PynamoDB to import."""

from typing import TYPE_CHECKING

from sluice.adapters.definition_layout import SNAPSHOT
from sluice.adapters.dynamodb_failures import WITH_PROOF, proven, told_as_unavailable
from sluice.experiments.ports import StoredSnapshot

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoSnapshots:
    """`experiments.ports.SnapshotReader` over the table that `DynamoDefinitions` writes."""

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def find_snapshot(self, subject: str) -> StoredSnapshot | None:
        """See the port."""
        key = {"pk": {"S": SNAPSHOT}, "sk": {"S": subject}}
        with told_as_unavailable(self._table_name):
            answer = proven(self._client.get_item(TableName=self._table_name, Key=key, **WITH_PROOF))
            if "Item" not in answer:
                return None
            item = answer["Item"]
            return StoredSnapshot(subject, int(item["revision"]["N"]), item["digest"]["S"], item["content"]["B"])
