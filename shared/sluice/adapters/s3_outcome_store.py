"""Outcomes in S3, one object each, under the hash of its idempotency key."""

from hashlib import sha256
from typing import TYPE_CHECKING

from sluice.adapters.s3_conditional_put import put_if_absent
from sluice.experiments.outcome import Outcome
from sluice.experiments.outcome_document import outcome_to_bytes

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "outcomes/"


class S3OutcomeStore:
    """`experiments.outcome_ports.OutcomeStore` over a bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put_if_absent(self, outcome: Outcome) -> bool:
        """See the port."""
        key = object_key(outcome.idempotency_key)
        return put_if_absent(self._client, outcome_to_bytes(outcome), bucket=self._bucket, key=key)


def object_key(idempotency_key: str) -> str:
    """Hashed, because S3 would take characters of an idempotency key for something else, and sort by them."""
    return f"{PREFIX}{sha256(idempotency_key.encode()).hexdigest()}"
