"""Whether an entry is what it must be: after the one before it, under its own hash, and as its copy says."""

from collections.abc import Mapping
from typing import Any

from sluice.catalog.canonical_json import to_canonical_bytes
from sluice.governance.ledger import Head, LedgerEntry, chain_hash
from sluice.governance.ledger_document import entry_from_bytes, entry_to_bytes, entry_to_document

_ABSENT = object()
_UNREADABLE = (ValueError, RecursionError)  # nested too deeply, it is no record either


def fault_of(entry: LedgerEntry, before: Head) -> str | None:
    """What is wrong with the entry that follows `before`, as a sentence's end; None if nothing is."""
    if entry.seq != before.seq + 1:
        return f"it is missing; the next one that is there has the number {entry.seq}"
    if entry.previous_hash != before.entry_hash:
        return "its previous hash is not the hash of the record before it"
    if not _is_hashed(entry):
        return "its hash is not that of its record"
    return _fault_of_record(entry)


def _is_hashed(entry: LedgerEntry) -> bool:
    try:
        return chain_hash(entry.previous_hash, entry.content) == entry.entry_hash
    except ValueError:
        return False


def _fault_of_record(entry: LedgerEntry) -> str | None:
    """A hash can be computed again by whoever changes a record; that is why there are copies."""
    try:
        record = entry.record
        is_canonical = isinstance(record, Mapping) and to_canonical_bytes(record) == entry.content
    except _UNREADABLE:
        is_canonical = False
    if not is_canonical:
        return "its record is no canonical JSON"
    return None if record.get("seq") == entry.seq else f"its record has the number {record.get('seq')!r}"


def difference(entry: LedgerEntry, copy: bytes) -> str | None:
    """What a copy says otherwise than the ledger; None if it is the entry's, byte for byte."""
    try:
        if entry_to_bytes(entry) == copy:
            return None
        ours = _members(entry)
    except _UNREADABLE:
        ours = {}
    try:
        theirs = _members(entry_from_bytes(copy))
    except _UNREADABLE:
        return "its copy is no ledger entry"
    told = [_told(name, ours, theirs) for name in sorted({*ours, *theirs}) if _differs(name, ours, theirs)]
    return "; ".join(told) or "its copy is spelt otherwise"


def _members(entry: LedgerEntry) -> dict[str, Any]:
    document = entry_to_document(entry)
    record = document.pop("record")
    inside = record.items() if isinstance(record, Mapping) else [("", record)]
    return document | {f"record.{name}": value for name, value in inside}


def _differs(name: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    one, other = ours.get(name, _ABSENT), theirs.get(name, _ABSENT)
    return type(one) is not type(other) or one != other


def _told(name: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> str:
    said, copied = (repr(each[name]) if name in each else "nothing" for each in (ours, theirs))
    return f"{name}: the ledger says {said}, the copy {copied}"
