"""An entry as one canonical JSON document, which is what its copy holds."""

from typing import Any

from sluice.catalog.canonical_json import from_canonical_bytes, to_canonical_bytes
from sluice.governance.ledger import LedgerEntry


def entry_to_document(entry: LedgerEntry) -> dict[str, Any]:
    """The entry with its record inside. Raises ValueError for a record that is no JSON text."""
    return {
        "chain": entry.chain,
        "seq": entry.seq,
        "record": entry.record,
        "previous_hash": entry.previous_hash,
        "entry_hash": entry.entry_hash,
    }


def entry_to_bytes(entry: LedgerEntry) -> bytes:
    """The canonical bytes; the record's own canonical bytes are a part of them. Raises ValueError."""
    return to_canonical_bytes(entry_to_document(entry))


def entry_from_bytes(content: bytes) -> LedgerEntry:
    """The inverse of `entry_to_bytes`. Raises ValueError for bytes that are not an entry's."""
    document = from_canonical_bytes(content)
    try:
        facts = {name: document[name] for name in ("chain", "seq", "previous_hash", "entry_hash")}
        return LedgerEntry(content=to_canonical_bytes(document["record"]), **facts)
    except (KeyError, TypeError) as error:
        raise ValueError(f"no ledger entry: {error!r}") from error
