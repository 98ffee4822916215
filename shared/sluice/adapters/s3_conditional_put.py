"""An object in S3 that is written once: whoever comes second changes nothing."""

from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from sluice.errors import StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ALREADY_THERE = "PreconditionFailed"
_BEING_WRITTEN = "ConditionalRequestConflict"
_PUT_TRIES = 3


def put_if_absent(client: "S3Client", content: bytes, *, bucket: str, key: str) -> bool:
    """Upload the content, which S3 checks on arrival; False if the key is taken. Raises StoreUnavailable."""
    for _ in range(_PUT_TRIES):
        refusal = _put(client, content, bucket=bucket, key=key)
        if refusal != _BEING_WRITTEN:
            return refusal is None
    raise StoreUnavailable(f"bucket {bucket}", f"{key}: another upload of the same object never ended")


def _put(client: "S3Client", content: bytes, *, bucket: str, key: str) -> str | None:
    """Upload; give AWS's code if an object of this key exists or is being written."""
    checksum = b64encode(sha256(content).digest()).decode()
    try:
        client.put_object(
            Bucket=bucket,
            Key=key,
            Body=content,
            IfNoneMatch="*",
            ChecksumAlgorithm="SHA256",  # said too where Object Lock asks for a checksum
            ChecksumSHA256=checksum,
        )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in {_ALREADY_THERE, _BEING_WRITTEN}:
            return code
        raise StoreUnavailable(f"bucket {bucket}", f"{key}: {error}") from error
    except BotoCoreError as error:
        raise StoreUnavailable(f"bucket {bucket}", f"{key}: {error}") from error
    return None
