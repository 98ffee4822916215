"""Copies of ledger entries in a bucket with Object Lock, one object each: `ledger/CHAIN/SEQ.json`.

Object Lock keeps the versions of an object, not its name: who may write can still put a newer version, or a marker of
deletion, over a copy. So the oldest version is the copy, whatever lies on top of it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from sluice.adapters.s3_conditional_put import put_if_absent
from sluice.errors import StoreUnavailable
from sluice.governance.ledger import LedgerEntry
from sluice.governance.ledger_document import entry_to_bytes

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_PREFIX = "ledger/"


class S3LedgerCopies:
    """`governance.ports.LedgerCopies` over a bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, entry: LedgerEntry) -> bool:
        """See the port."""
        key = object_key(entry.chain, entry.seq)
        return put_if_absent(self._client, entry_to_bytes(entry), bucket=self._bucket, key=key)

    def find(self, chain: str, seq: int) -> bytes | None:
        """See the port. Two requests: which version is the oldest, and its bytes."""
        key = object_key(chain, seq)
        with self._failures():
            oldest = self._oldest_version(key)
            if oldest is None:
                return None
            return self._client.get_object(Bucket=self._bucket, Key=key, VersionId=oldest)["Body"].read()

    def last_seq(self, chain: str) -> int:
        """See the port. One request per thousand copies."""
        with self._failures():
            return max((_seq_of(key) for key, _ in self._versions(f"{_PREFIX}{chain}/")), default=0)

    def chains(self) -> Sequence[str]:
        """See the port."""
        pages = self._client.get_paginator("list_object_versions")
        with self._failures():
            found = [
                each["Prefix"].removeprefix(_PREFIX).rstrip("/")
                for page in pages.paginate(Bucket=self._bucket, Prefix=_PREFIX, Delimiter="/")
                for each in page.get("CommonPrefixes", ())
            ]
        return sorted(found)

    def _oldest_version(self, key: str) -> str | None:
        """S3 lists the versions of a key newest first."""
        versions = [version for listed, version in self._versions(key) if listed == key]
        return versions[-1] if versions else None

    def _versions(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Key and version of every object, without the markers of deletion."""
        pages = self._client.get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
            for each in page.get("Versions", ()):
                yield each["Key"], each["VersionId"]

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError) as error:
            raise StoreUnavailable(f"bucket {self._bucket}", str(error)) from error


def object_key(chain: str, seq: int) -> str:
    """Padded, so that keys sort as numbers do."""
    return f"{_PREFIX}{chain}/{seq:010d}.json"


def _seq_of(key: str) -> int:
    name = key.rpartition("/")[2].removesuffix(".json")
    return int(name) if name.isascii() and name.isdecimal() else 0
