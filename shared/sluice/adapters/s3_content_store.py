"""Immutable content in S3, under keys that are its own digests."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from sluice.errors import StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONNECT_TIMEOUT_SECONDS = 2
READ_TIMEOUT_SECONDS = 10
RETRY_COUNT = 2

_ALREADY_THERE = "PreconditionFailed"
_BEING_WRITTEN = "ConditionalRequestConflict"
_PUT_TRIES = 3


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
        digest = sha256(content)
        for _ in range(_PUT_TRIES):
            refusal = self._put_if_absent(f"{kind}/{digest.hexdigest()}", content, digest.digest(), self._bucket(kind))
            if refusal != _BEING_WRITTEN:
                return digest.hexdigest()
        raise StoreUnavailable(f"bucket {self._bucket(kind)}", "another upload of the same content never ended")

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

    def _put_if_absent(self, key: str, content: bytes, checksum: bytes, bucket: str) -> str | None:
        """Upload; return AWS's code if an object of this name exists or is being written."""
        try:
            self._client.put_object(
                Bucket=bucket,
                Key=key,
                Body=content,
                IfNoneMatch="*",
                ChecksumSHA256=b64encode(checksum).decode(),
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in {_ALREADY_THERE, _BEING_WRITTEN}:
                return code
            raise StoreUnavailable(f"bucket {bucket}", f"{key}: {error}") from error
        except BotoCoreError as error:
            raise StoreUnavailable(f"bucket {bucket}", f"{key}: {error}") from error
        return None

    def _bucket(self, kind: str) -> str:
        try:
            return self._buckets[kind]
        except KeyError:
            raise StoreUnavailable(f"content of kind {kind!r}", "no bucket is set for it") from None
