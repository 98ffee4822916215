"""Snapshots as functions read them: one item, eventually consistent, and no PynamoDB to import."""

from typing import TYPE_CHECKING

from sluice.adapters.definition_layout import SNAPSHOT
from sluice.adapters.dynamodb_calls import WITH_PROOF, DynamoCalls, proven, told_as_unavailable

if TYPE_CHECKING:
    from sluice.experiments.ports import StoredSnapshot


class DynamoSnapshots:
    """`experiments.ports.SnapshotReader` over the table that `DynamoDefinitions` writes."""

    def __init__(self, calls: DynamoCalls, table_name: str) -> None:
        self._calls = calls
        self._table_name = table_name

    def find_snapshot(self, subject: str) -> "StoredSnapshot | None":
        """See the port."""
        key = {"pk": {"S": SNAPSHOT}, "sk": {"S": subject}}
        with told_as_unavailable(self._table_name):
            request = {"TableName": self._table_name, "Key": key, **WITH_PROOF}
            answer = proven(self._calls.call("GetItem", request))
            if "Item" not in answer:
                return None
            from sluice.experiments.ports import StoredSnapshot  # where there is none, nothing of experiments is needed

            item = answer["Item"]
            return StoredSnapshot(subject, int(item["revision"]["N"]), item["digest"]["S"], item["content"]["B"])
