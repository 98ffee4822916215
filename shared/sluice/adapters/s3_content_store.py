"""Immutable content in S3, under keys that are its own digests."""

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from sluice.adapters.s3_conditional_put import put_if_absent
from sluice.errors import StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONNECT_TIMEOUT_SECONDS = 2
READ_TIMEOUT_SECONDS = 10
RETRY_COUNT = 2


def s3_client(*, region: str | None = None, endpoint_url: str | None = None) -> "S3Client":
    """A client that gives up soon enough for a person or a function to hear of it."""
    import boto3  # heavy; not every function that can read content does
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=READ_TIMEOUT_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 1 + RETRY_COUNT},
    )
    return boto3.client("s3", region_name=region, endpoint_url=endpoint_url, config=config)


class S3ContentStore:
    """`catalog.ports.ContentStore` over S3; `buckets` says where each kind lies, the key is `kind/digest`."""

    def __init__(self, client: "S3Client", buckets: Mapping[str, str]) -> None:
        self._client = client
        self._buckets = buckets

    def put(self, kind: str, content: bytes) -> str:
        """See the port."""
        digest = sha256(content).hexdigest()
        put_if_absent(self._client, content, bucket=self._bucket(kind), key=f"{kind}/{digest}")
        return digest

    def get(self, kind: str, digest: str) -> bytes:
        """See the port."""
        bucket, key = self._bucket(kind), f"{kind}/{digest}"
        try:
            content = self._client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable(f"bucket {bucket}", f"{key}: {error}") from error
        if sha256(content).hexdigest() != digest:
            raise StoreUnavailable(f"bucket {bucket}", f"{key} holds other bytes than its name says")
        return content

    def _bucket(self, kind: str) -> str:
        try:
            return self._buckets[kind]
        except KeyError:
            raise StoreUnavailable(f"content of kind {kind!r}", "no bucket is set for it") from None
