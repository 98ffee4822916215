"""Who has which slots of a namespace at an instant, and which free ones to take for a wanted share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sluice.errors import InvalidDefinition, SlotsTaken
from sluice.experiments.key import checked_bps
from sluice.experiments.namespace import Namespace, Ownership, Quarantine
from sluice.experiments.slot_ranges import SlotRange
from sluice.experiments.slots import SLOT_COUNT, SLOTS_PER_BPS


@dataclass(frozen=True, slots=True)
class SlotMap:
    """Every slot is in one of the three; `free` ascends."""

    free: tuple[SlotRange, ...]
    owned: tuple[Ownership, ...]
    resting: tuple[Quarantine, ...]


def slot_map(namespace: Namespace, *, now: datetime) -> SlotMap:
    """The namespace's slots as they are at `now`."""
    resting = tuple(it for it in namespace.quarantined if it.until > now)
    held = [*(one.slots for one in namespace.owned), *(one.slots for one in resting)]
    taken = sorted(each for slots in held for each in slots)
    return SlotMap(tuple(_gaps(taken)), namespace.owned, resting)


def propose_slots(namespace: Namespace, share_bps: int, *, now: datetime) -> tuple[SlotRange, ...]:
    """Free slots for `share_bps` of the units: the smallest gap that holds them all, else the largest gaps.

    Any slots do, for units lie in them by a hash. Raises InvalidDefinition for a share of nothing, SlotsTaken.
    """
    if checked_bps(namespace.subject, "share_bps", share_bps) == 0:
        raise InvalidDefinition(namespace.subject, "share_bps", "found 0, allowed: 1 to 10000 basis points")
    wanted = share_bps * SLOTS_PER_BPS
    free = slot_map(namespace, now=now).free
    fitting = [gap for gap in free if _size(gap) >= wanted]
    if fitting:
        tightest = min(fitting, key=_size)
        return (SlotRange(tightest.first, tightest.first + wanted),)
    if sum(map(_size, free)) < wanted:
        raise SlotsTaken(namespace.key, f"for {share_bps} bps", f"{sum(map(_size, free))} of {SLOT_COUNT} are")
    return tuple(sorted(_from_the_largest(free, wanted)))


def _from_the_largest(free: Sequence[SlotRange], wanted: int) -> Iterable[SlotRange]:
    for gap in sorted(free, key=_size, reverse=True):
        taken = min(wanted, _size(gap))
        if taken:
            yield SlotRange(gap.first, gap.first + taken)
        wanted -= taken


def _gaps(taken: Sequence[SlotRange]) -> Iterable[SlotRange]:
    end = 0
    for each in (*taken, SlotRange(SLOT_COUNT, SLOT_COUNT)):
        if end < each.first:
            yield SlotRange(end, each.first)
        end = max(end, each.end)


def _size(gap: SlotRange) -> int:
    return gap.end - gap.first
