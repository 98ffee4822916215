"""The tables, buckets and queues that the stacks create on AWS, created on the local plane by the same APIs."""

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from sluice.adapters.unit_items import EXPIRY_ATTRIBUTE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

REGION: Final = "eu-central-1"

# Six times the time limit of the function that reads the queue, as AWS asks for.
_HIDDEN_SECONDS = 180
_TRIES = 10
_LEDGER_DAYS = 1
_KEPT_SECONDS, _DEAD_LETTERS_KEPT_SECONDS = 7 * 86_400, 14 * 86_400


@dataclass(frozen=True, slots=True)
class ResourceNames:
    """What the local plane's resources are called."""

    registry_table: str = "sluice-registry"
    experiments_table: str = "sluice-experiments"
    units_table: str = "sluice-units"
    artefacts_bucket: str = "sluice-artefacts"
    records_bucket: str = "sluice-records"
    rollouts_table: str = "sluice-rollouts"
    ledger_table: str = "sluice-ledger-entries"
    ledger_bucket: str = "sluice-ledger"
    outcomes_queue: str = "sluice-outcomes"


def create_resources(dynamodb: "DynamoDBClient", s3: "S3Client", names: ResourceNames | None = None) -> None:
    """Create what is missing and leave the rest as it is; two callers at once are fine."""
    names = names or ResourceNames()
    decisions = (names.rollouts_table, names.ledger_table)
    for table in (names.registry_table, names.experiments_table, names.units_table, *decisions):
        create_table(dynamodb, table)
    let_items_expire(dynamodb, names.units_table)
    create_ledger_bucket(s3, names.ledger_bucket)
    for bucket in (names.artefacts_bucket, names.records_bucket):
        _create_bucket(s3, bucket)


def create_outcomes_queue(sqs: "SQSClient", names: ResourceNames | None = None) -> str:
    """The URL of the queue of outcomes; it and its dead letters are made if they are not there."""
    name = (names or ResourceNames()).outcomes_queue
    dead_letters_url = _queue_url(sqs, f"{name}-dead-letters", MessageRetentionPeriod=str(_DEAD_LETTERS_KEPT_SECONDS))
    found = sqs.get_queue_attributes(QueueUrl=dead_letters_url, AttributeNames=["QueueArn"])
    redrive = {"deadLetterTargetArn": found["Attributes"]["QueueArn"], "maxReceiveCount": _TRIES}
    return _queue_url(
        sqs,
        name,
        MessageRetentionPeriod=str(_KEPT_SECONDS),
        VisibilityTimeout=str(_HIDDEN_SECONDS),
        RedrivePolicy=json.dumps(redrive),
    )


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


def _queue_url(sqs: "SQSClient", name: str, **attributes: str) -> str:
    try:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        return sqs.create_queue(QueueName=name, Attributes=cast("Any", attributes))["QueueUrl"]


def create_ledger_bucket(s3: "S3Client", name: str) -> None:
    """Create a bucket whose objects keep all their versions, and each of them for a day at least."""
    _create_bucket(s3, name, locked=True)
    if "Rule" in s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]:
        return
    retention = {"Mode": "GOVERNANCE", "Days": _LEDGER_DAYS}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
    s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=cast("Any", lock))


def _create_bucket(s3: "S3Client", name: str, *, locked: bool = False) -> None:
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(
            Bucket=name,
            CreateBucketConfiguration={"LocationConstraint": REGION},
            ObjectLockEnabledForBucket=locked,
        )
