"""What deciding made of one request's unit: the assignments, and what they were computed from."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # a request without a unit needs neither
    from sluice.experiments.assignment import Assignment
    from sluice.experiments.unit_request import UnitRequest


class AssignedUnit(NamedTuple):
    """`assignments` in the declared order; the first whose variant names a model version decides what serves.

    `unit_key` is what records call the unit, None where no snapshot brought the secret for it. `failure` says why
    something fell back; `ignored_count` counts stored assignments that no longer count.
    """

    unit: "UnitRequest"
    assignments: "tuple[Assignment, ...]" = ()
    unit_key: str | None = None
    snapshot_number: int | None = None
    snapshot_digest: str | None = None
    failure: str | None = None
    ignored_count: int = 0
