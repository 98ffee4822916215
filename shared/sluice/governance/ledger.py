"""The decision ledger: records chained by hashes, so that no byte of any of them can change unseen.

    h_n = SHA-256(0x02 || h_{n-1} || canonical(record_n)),  h_0 = 32 zero bytes

canonical is RFC 8785. 0x02 marks chain hashes: no hash of another kind can be read as one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sluice.catalog.canonical_json import to_canonical_bytes

GENESIS = "00" * 32
_CHAIN = b"\x02"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """Record `seq` (from 1) of a chain, and the hashes before and after it, in hex."""

    chain: str
    seq: int
    record: Mapping[str, Any]
    previous_hash: str
    entry_hash: str


def chain_hash(previous_hash: str, record: Mapping[str, Any]) -> str:
    """The hash after `record`."""
    return sha256(_CHAIN + bytes.fromhex(previous_hash) + to_canonical_bytes(record)).hexdigest()


def next_entry(chain: str, last: LedgerEntry | None, record: Mapping[str, Any]) -> LedgerEntry:
    """The entry that may follow `last`; `seq` is written into the record too."""
    seq = last.seq + 1 if last else 1
    previous = last.entry_hash if last else GENESIS
    numbered = {**record, "seq": seq}
    return LedgerEntry(chain, seq, numbered, previous, chain_hash(previous, numbered))


def first_break(entries: Iterable[LedgerEntry]) -> int | None:
    """The `seq` at which the chain does not hold, None if it holds from the beginning."""
    previous, expected = GENESIS, 1
    for entry in entries:
        whole = entry.seq == expected == entry.record.get("seq") and entry.previous_hash == previous
        if not whole or chain_hash(previous, entry.record) != entry.entry_hash:
            return expected
        previous, expected = entry.entry_hash, expected + 1
    return None
