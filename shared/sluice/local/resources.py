"""The tables and the buckets that the stacks create on AWS, created on the local plane by the same APIs."""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sluice.adapters.unit_items import EXPIRY_ATTRIBUTE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

REGION: Final = "eu-central-1"


@dataclass(frozen=True, slots=True)
class ResourceNames:
    """What the local plane's resources are called."""

    registry_table: str = "sluice-registry"
    experiments_table: str = "sluice-experiments"
    units_table: str = "sluice-units"
    artefacts_bucket: str = "sluice-artefacts"
    records_bucket: str = "sluice-records"


def create_resources(dynamodb: "DynamoDBClient", s3: "S3Client", names: ResourceNames | None = None) -> None:
    """Create what is missing and leave the rest as it is; two callers at once are fine."""
    names = names or ResourceNames()
    for table in (names.registry_table, names.experiments_table, names.units_table):
        create_table(dynamodb, table)
    let_items_expire(dynamodb, names.units_table)
    for bucket in (names.artefacts_bucket, names.records_bucket):
        _create_bucket(s3, bucket)


def create_table(dynamodb: "DynamoDBClient", name: str) -> None:
    """Create a table with the keys of all our tables, unless it is there."""
    with suppress(dynamodb.exceptions.ResourceInUseException):
        dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
        )


def let_items_expire(dynamodb: "DynamoDBClient", name: str) -> None:
    """Have the table remove items some time after the instant that they name."""
    if dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED":
        dynamodb.update_time_to_live(
            TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": EXPIRY_ATTRIBUTE}
        )


def _create_bucket(s3: "S3Client", name: str) -> None:
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
