"""What content needs of S3, whoever talks to it."""

from typing import Protocol


class S3Objects(Protocol):
    """Objects in buckets. Every failure is StoreUnavailable, which names the bucket, the key and AWS's word for it."""

    def get(self, bucket: str, key: str) -> bytes:
        """The object's content."""
        ...

    def put_if_absent(self, content: bytes, *, bucket: str, key: str) -> bool:
        """Upload the content, which S3 checks on arrival; False if the key is taken."""
        ...
