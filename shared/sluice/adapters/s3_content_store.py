"""Immutable content in S3, under keys that are its own digests."""

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from sluice.adapters.s3_objects import S3Objects
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

    def __init__(self, objects: S3Objects, buckets: Mapping[str, str]) -> None:
        self._objects = objects
        self._buckets = buckets

    def put(self, kind: str, content: bytes) -> str:
        """See the port."""
        digest = sha256(content).hexdigest()
        self._objects.put_if_absent(content, bucket=self._bucket(kind), key=f"{kind}/{digest}")
        return digest

    def get(self, kind: str, digest: str) -> bytes:
        """See the port."""
        bucket, key = self._bucket(kind), f"{kind}/{digest}"
        content = self._objects.get(bucket, key)
        if sha256(content).hexdigest() != digest:
            raise StoreUnavailable(f"bucket {bucket}", f"{key} holds other bytes than its name says")
        return content

    def _bucket(self, kind: str) -> str:
        try:
            return self._buckets[kind]
        except KeyError:
            raise StoreUnavailable(f"content of kind {kind!r}", "no bucket is set for it") from None
