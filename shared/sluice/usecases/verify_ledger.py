"""Recompute a chain, compare it with its copies, and write the copies that a crash left out."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sluice.errors import NotAvailable
from sluice.governance.chain_check import difference, fault_of
from sluice.governance.ledger import EMPTY, Head, LedgerEntry
from sluice.governance.ports import LedgerCopies
from sluice.usecases.append_ledger import LedgerPorts


@dataclass(frozen=True, slots=True)
class LedgerBreak:
    """The first record at which a chain does not hold, and what differs."""

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """`head` is the last record that holds by itself.

    `repaired` are the numbers that got their copy now, `missing` those that have none still: whoever verifies may only
    read, or the copies are out of reach.
    """

    chain: str
    head: Head
    broken: LedgerBreak | None
    repaired: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Every record is as it was written."""
        return self.broken is None


def all_chains(ports: LedgerPorts) -> Sequence[str]:
    """Every chain that there is, or of which there is a copy still."""
    return sorted({*ports.ledger.chains(), *ports.copies.chains()})


def verify_ledger(chain: str, ports: LedgerPorts) -> LedgerReport:
    """Walk the chain to its end or its first break; others may append meanwhile.

    Nothing is repaired but copies that are not there, and those only if the whole chain holds: what is in doubt must
    not get a copy that looks like evidence. Raises StoreUnavailable.
    """
    head_before, copied_to = ports.ledger.head(chain), ports.copies.last_seq(chain)
    holds, missing = EMPTY, list[LedgerEntry]()
    for entry in ports.ledger.entries(chain):
        copy = ports.copies.find(chain, holds.seq + 1)
        if what := _fault(entry, holds, copy):
            return LedgerReport(chain, holds, LedgerBreak(holds.seq + 1, what), missing=_numbers(missing))
        if copy is None:
            missing.append(entry)
        holds = entry.head
    broken = _broken_end(holds, head_before, ports.ledger.head(chain), copied_to)
    count = 0 if broken else _repair(missing, ports.copies)
    return LedgerReport(chain, holds, broken, _numbers(missing[:count]), _numbers(missing[count:]))


def _repair(missing: Sequence[LedgerEntry], copies: LedgerCopies) -> int:
    """How many have a copy now: all before the first that could not be written."""
    count = 0
    with suppress(NotAvailable):
        for entry in missing:
            copies.put(entry)
            count += 1
    return count


def _numbers(entries: Sequence[LedgerEntry]) -> tuple[int, ...]:
    return tuple(entry.seq for entry in entries)


def _fault(entry: LedgerEntry, before: Head, copy: bytes | None) -> str | None:
    """What is wrong with the entry in itself, and what its copy says otherwise."""
    is_next = entry.seq == before.seq + 1
    differs = difference(entry, copy) if is_next and copy is not None else None
    return "; ".join(filter(None, (fault_of(entry, before), differs))) or None


def _broken_end(found: Head, head_before: Head, head_after: Head, copied_to: int) -> LedgerBreak | None:
    """What is wrong behind the last entry: records taken off the end leave the head, or the copies, behind."""
    if found.seq < head_before.seq:
        return LedgerBreak(found.seq + 1, f"it is missing; the head says that there are {head_before.seq}")
    if found.seq < copied_to:
        return LedgerBreak(found.seq + 1, f"it is missing; record {copied_to} has a copy")
    if head_after.seq < found.seq:
        return LedgerBreak(found.seq, f"the head says that there are {head_after.seq} only")
    if head_after.seq == found.seq and head_after != found:
        return LedgerBreak(found.seq, "the head says another hash")
    return None
