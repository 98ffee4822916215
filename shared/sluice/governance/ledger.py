"""The decision ledger: records chained by hashes, so that no byte of any of them can change unseen.

    h_n = SHA-256(0x02 || h_{n-1} || canonical(record_n)),  h_0 = 32 zero bytes

canonical is RFC 8785. 0x02 marks chain hashes: no hash of another kind can be read as one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sluice.catalog.canonical_json import from_canonical_bytes, to_canonical_bytes
from sluice.errors import InvalidRequest

GENESIS = "00" * 32
RECORD_LIMIT_BYTES = 200_000
"""Half of what one DynamoDB item may hold."""

_CHAIN = b"\x02"


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: the number and the hash of its last record."""

    seq: int
    entry_hash: str


EMPTY = Head(0, GENESIS)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """Record `seq` (from 1) of a chain as the bytes that are hashed, and the hashes before and after it, in hex."""

    chain: str
    seq: int
    content: bytes
    previous_hash: str
    entry_hash: str

    @property
    def record(self) -> Mapping[str, Any]:
        """The record that `content` spells. Raises ValueError for bytes that are no JSON text."""
        record: Mapping[str, Any] = from_canonical_bytes(self.content)
        return record

    @property
    def head(self) -> Head:
        """Where the chain ends while this entry is its last."""
        return Head(self.seq, self.entry_hash)


def chain_hash(previous_hash: str, content: bytes) -> str:
    """The hash after a record of these canonical bytes. Raises ValueError if `previous_hash` is not hex."""
    return sha256(_CHAIN + bytes.fromhex(previous_hash) + content).hexdigest()


def next_entry(chain: str, head: Head, record: Mapping[str, Any]) -> LedgerEntry:
    """The entry that may follow `head`; `seq` is written into the record too.

    Raises InvalidRequest for a record that JSON cannot hold, or that is too long.
    """
    seq = head.seq + 1
    try:
        content = to_canonical_bytes({**record, "seq": seq})
    except ValueError as error:
        raise InvalidRequest(f"ledger record: must be a JSON document: {error}") from error
    if len(content) > RECORD_LIMIT_BYTES:
        raise InvalidRequest(f"ledger record: found {len(content)} bytes, must be at most {RECORD_LIMIT_BYTES}")
    return LedgerEntry(chain, seq, content, head.entry_hash, chain_hash(head.entry_hash, content))
