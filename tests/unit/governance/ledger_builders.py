"""Chains to look at and to spoil."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sluice.adapters.memory_ledger import MemoryLedger, MemoryLedgerCopies
from sluice.governance.ledger import EMPTY, Head, LedgerEntry
from sluice.governance.records import Effect, ForeignChange, Intent, Record
from sluice.governance.weights import Weights
from sluice.usecases.append_ledger import LedgerPorts, append_ledger

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MODEL = "credit"


def minute(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


def origin(at: datetime = NOON) -> dict[str, Any]:
    return {"model": MODEL, "rollout_id": "r-1", "actor": "role/rollout-steps", "at": at}


def weights(stable: str, candidate: str | None = None, bps: int = 0) -> Weights:
    """Function version N carries release N + 10."""
    named = [version for version in (stable, candidate) if version]
    return Weights(
        stable, candidate, bps, f"revision-{stable}-{bps}", {version: int(version) + 10 for version in named}
    )


def intent(after: Weights, *, at: datetime = NOON) -> Intent:
    return Intent(**origin(at), before=weights("1"), after=after)


def effect(alias: Weights, *, at: datetime = NOON, of: int = 1) -> Effect:
    """The effect of the intent with the number `of`."""
    return Effect(**origin(at), intent_seq=of, alias=alias)


def foreign(alias: Weights, *, at: datetime = NOON) -> ForeignChange:
    return ForeignChange(**origin(at), expected=weights("1"), alias=alias)


def memory_ports() -> LedgerPorts:
    return LedgerPorts(MemoryLedger(), MemoryLedgerCopies())


def filled(records: Sequence[Record]) -> LedgerPorts:
    ports = memory_ports()
    for record in records:
        append_ledger(record, ports)
    return ports


@dataclass
class SpoiltLedger:
    """A table that somebody writes to past the ledger: whatever entries and head it is given."""

    stored: list[LedgerEntry] = field(default_factory=list)
    said_head: Head = EMPTY

    def append(self, chain: str, record: Any) -> LedgerEntry:
        raise NotImplementedError

    def head(self, chain: str) -> Head:
        return self.said_head

    def last(self, chain: str) -> LedgerEntry | None:
        return next(self.newest_first(chain), None)

    def entries(self, chain: str, *, after_seq: int = 0) -> Iterator[LedgerEntry]:
        return iter(self.stored)

    def newest_first(self, chain: str) -> Iterator[LedgerEntry]:
        return iter(self.stored[::-1])

    def chains(self) -> Sequence[str]:
        return [MODEL] if self.stored else []


def spoilt(ports: LedgerPorts, stored: Sequence[LedgerEntry], head: Head | None = None) -> LedgerPorts:
    """The same copies beside other entries; the head is as it was unless given."""
    ledger = SpoiltLedger(list(stored), head or ports.ledger.head(MODEL))
    return LedgerPorts(ledger, ports.copies)
