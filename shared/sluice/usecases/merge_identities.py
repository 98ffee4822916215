"""An anonymous unit turns out to be a known one: what the known unit lacks, it takes over.

A process may die between any two steps; the same call again comes to the same end.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sluice.clock import Clock
from sluice.errors import InvalidRequest
from sluice.experiments.ports import UnitStore
from sluice.experiments.unit import checked_unit_id, checked_unit_type
from sluice.experiments.unit_state import StoredAssignment


@dataclass(frozen=True, slots=True)
class Merger:
    """By experiment key: what the known unit took over or had alike, and where it had another variant.

    Where the two had different variants, the known unit keeps its own and counts for neither: it crossed over.
    """

    agreeing: tuple[str, ...]
    crossed_over: tuple[str, ...]


def merge_identities(unit_type: str, *, anonymous_id: str, known_id: str, units: UnitStore, clock: Clock) -> Merger:
    """Merge the assignments of two units of one type. Overrides stay with the unit that they were made for.

    The anonymous unit keeps its records: whoever comes back without a name sees what they saw. Raises InvalidUnit,
    InvalidRequest for one unit given twice, StoreUnavailable.
    """
    checked_unit_type(unit_type, "unit_type")
    anonymous_id = checked_unit_id(anonymous_id, "anonymous_id")
    known_id = checked_unit_id(known_id, "known_id")
    if anonymous_id == known_id:
        raise InvalidRequest(f"anonymous_id and known_id are both {known_id!r}, must be two units")
    now = clock.now()
    brought = units.load(unit_type, anonymous_id, now=now).assignments
    crossed_over = {
        experiment
        for experiment, assignment in brought.items()
        if _crosses_over(unit_type, known_id, assignment, units=units, now=now)
    }
    return Merger(tuple(sorted(brought.keys() - crossed_over)), tuple(sorted(crossed_over)))


def _crosses_over(unit_type: str, known_id: str, brought: StoredAssignment, *, units: UnitStore, now: datetime) -> bool:
    """Take the assignment over if there is none, mark the one that is there if it differs; whether it is marked."""
    kept = units.put_if_absent(unit_type, known_id, brought)
    if kept.expires_at <= now:  # it outlived the day on which `brought` was assigned, and not this one
        kept = units.put_if_absent(unit_type, known_id, replace(brought, assigned_at=now))
    differs = kept.variant != brought.variant or brought.crossed_over
    if differs and not kept.crossed_over:
        units.mark_crossed_over(unit_type, known_id, brought.experiment)
    return differs or kept.crossed_over
