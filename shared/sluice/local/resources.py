"""The table and the buckets that the stacks create on AWS, created on the local plane by the same APIs."""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

REGION: Final = "eu-central-1"


@dataclass(frozen=True, slots=True)
class ResourceNames:
    """What the local plane's resources are called."""

    registry_table: str = "sluice-registry"
    artefacts_bucket: str = "sluice-artefacts"
    records_bucket: str = "sluice-records"


def create_resources(dynamodb: "DynamoDBClient", s3: "S3Client", names: ResourceNames | None = None) -> None:
    """Create what is missing and leave the rest as it is; two callers at once are fine."""
    names = names or ResourceNames()
    _create_table(dynamodb, names.registry_table)
    for bucket in (names.artefacts_bucket, names.records_bucket):
        _create_bucket(s3, bucket)


def _create_table(dynamodb: "DynamoDBClient", name: str) -> None:
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


def _create_bucket(s3: "S3Client", name: str) -> None:
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
