"""Objects of S3 by boto3, which finds profiles, single sign-on and proxies: the command line's way."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from sluice.adapters.s3_conditional_put import put_if_absent
from sluice.errors import StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class BotoObjects:
    """`s3_objects.S3Objects` over a client."""

    def __init__(self, client: "S3Client") -> None:
        self._client = client

    def get(self, bucket: str, key: str) -> bytes:
        """See the port."""
        try:
            return self._client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable(f"bucket {bucket}", f"{key}: {error}") from error

    def put_if_absent(self, content: bytes, *, bucket: str, key: str) -> bool:
        """See the port."""
        return put_if_absent(self._client, content, bucket=bucket, key=key)
