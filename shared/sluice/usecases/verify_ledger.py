"""Recompute a chain, compare it with its copies, and write the copies that a crash left out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

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
    """`head` is where the part of the chain that holds ends; `repaired` are the numbers that got their copy now."""

    chain: str
    head: Head
    repaired: tuple[int, ...]
    broken: LedgerBreak | None

    @property
    def is_whole(self) -> bool:
        """Every record is as it was written."""
        return self.broken is None


def all_chains(ports: LedgerPorts) -> Sequence[str]:
    """Every chain that there is, or of which there is a copy still."""
    return sorted({*ports.ledger.chains(), *ports.copies.chains()})


def verify_ledger(chain: str, ports: LedgerPorts) -> LedgerReport:
    """Walk the chain to its end or its first break; others may append meanwhile.

    Nothing is repaired but a copy that is not there: whoever could mend a record could forge one. Raises
    StoreUnavailable.
    """
    head_before, copied_to = ports.ledger.head(chain), ports.copies.last_seq(chain)
    walk = _Walk(chain)
    for entry in ports.ledger.entries(chain):
        if what := walk.fault(entry, ports.copies):
            return walk.report(LedgerBreak(walk.head.seq + 1, what))
    return walk.report(_broken_end(walk.head, head_before, ports.ledger.head(chain), copied_to))


@dataclass(slots=True)
class _Walk:
    """How far the chain holds."""

    chain: str
    head: Head = EMPTY
    repaired: list[int] = field(default_factory=list)

    def fault(self, entry: LedgerEntry, copies: LedgerCopies) -> str | None:
        """What is wrong with the next entry; without a fault, the walk is one entry further."""
        seq = self.head.seq + 1
        fault, copy = fault_of(entry, self.head), copies.find(self.chain, seq)
        if not fault and copy is None and copies.put(entry):
            self.repaired.append(seq)
            copy = copies.find(self.chain, seq)
        differs = None if copy is None else difference(entry, copy)
        if fault or differs:
            return "; ".join(filter(None, (fault, differs)))
        self.head = entry.head
        return None

    def report(self, broken: LedgerBreak | None) -> LedgerReport:
        return LedgerReport(self.chain, self.head, tuple(self.repaired), broken)


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
