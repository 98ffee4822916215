"""How the alias stands by the ledger: the last move that took effect, and one that may be under way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sluice.errors import LedgerBroken
from sluice.governance.ledger import LedgerEntry
from sluice.governance.records import RecordType

_SEEN = frozenset({RecordType.EFFECT, RecordType.FOREIGN_CHANGE})


@dataclass(frozen=True, slots=True)
class LastMove:
    """`seen` is the EFFECT or FOREIGN_CHANGE that counts, `begun` the newest INTENT after it, whose effect nobody saw.

    Either is None where there is none.
    """

    seen: LedgerEntry | None
    begun: LedgerEntry | None


def last_move(newest_first: Iterable[LedgerEntry], *, until: datetime | None = None) -> LastMove:
    """The last move that is recorded at or before `until`. Raises LedgerBroken for a record that is none.

    Effects count in the order of their intents, each once: of rivals both may record the same effect, and whoever
    wakes up late records one that is history. Whoever writes an alias has read it before their intent, under a
    revision id that every later write makes stale, so intents take effect in the order of their numbers.
    """
    seen = begun = None
    position = 0
    for entry in newest_first:
        if seen and entry.seq <= position:
            break
        if until is not None and entry_instant(entry) > until:
            continue
        its = _position(entry)
        if its is not None and its >= position:  # equal: the same effect, as it was recorded first
            seen, position = entry, its
        elif begun is None and _type(entry) == RecordType.INTENT:
            begun = entry
    return LastMove(seen, begun if begun and begun.seq > position else None)


def entry_instant(entry: LedgerEntry) -> datetime:
    """When it was recorded. Raises LedgerBroken."""
    try:
        return datetime.fromisoformat(entry.record["ts"])
    except (KeyError, TypeError, ValueError) as error:
        raise LedgerBroken(entry.chain, entry.seq) from error


def _type(entry: LedgerEntry) -> object:
    try:
        return entry.record["type"]
    except (KeyError, TypeError, ValueError) as error:
        raise LedgerBroken(entry.chain, entry.seq) from error


def _position(entry: LedgerEntry) -> int | None:
    """The number of the intent that an effect is of; a foreign change counts from where it stands itself."""
    kind = _type(entry)
    if kind not in _SEEN:
        return None
    if kind == RecordType.FOREIGN_CHANGE:
        return entry.seq
    number = entry.record.get("intent_seq")
    if not isinstance(number, int) or not number < entry.seq:
        raise LedgerBroken(entry.chain, entry.seq)
    return number
