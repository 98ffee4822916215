"""Give a unit its variants: decide, make it stick, and never keep a prediction from being served.

Without a snapshot the release's default serves; without the unit's state the computed variant does, with the reason
FALLBACK; a write that fails makes FALLBACK of what it should have kept, since the next request might decide otherwise.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sluice.clock import Clock
from sluice.errors import StoreUnavailable
from sluice.experiments.assigned_unit import AssignedUnit
from sluice.experiments.assignment import Assignment
from sluice.experiments.decider import Decider, kept_from
from sluice.experiments.reasons import Reason
from sluice.experiments.unit import DEFAULT_UNIT_TYPE, unit_key_of
from sluice.experiments.unit_parameters import UNIT, UNIT_TYPE
from sluice.experiments.unit_request import UnitRequest, UnitSources, unit_request_of
from sluice.experiments.unit_state import StoredAssignment, UnitState
from sluice.frozen import frozen
from sluice.usecases.held_snapshot import HeldSnapshot
from sluice.usecases.settled_units import SettledUnits
from sluice.usecases.unit_states import UnitStates

STICKY_DAYS = 400


@frozen
class AssignmentPorts:
    """What deciding reads and writes."""

    snapshot: HeldSnapshot[Decider]
    states: UnitStates
    clock: Clock
    settled: SettledUnits


@frozen
class UnitAssigner:
    """`assign_unit` for requests that may name a unit; what `serve_prediction` calls."""

    ports: AssignmentPorts
    sources: UnitSources

    def __call__(self, parameters: Mapping[str, Any], claims: Mapping[str, Any]) -> AssignedUnit | None:
        """The request's assignments, None if it names no unit. Raises InvalidUnit."""
        claim = self.sources.unit_claim
        is_claimed = bool(claim) and claim in claims
        unit_id = claims[claim] if is_claimed else parameters.get(UNIT)
        if type(unit_id) is str:
            unit_type = parameters.get(UNIT_TYPE, DEFAULT_UNIT_TYPE)
            settled = self.ports.settled.find(unit_type, unit_id, is_from_parameters=not is_claimed)
            if settled is not None:
                return settled
        unit = unit_request_of(parameters, claims, self.sources)
        return assign_unit(unit, ports=self.ports) if unit is not None else None


def assign_unit(unit: UnitRequest, *, ports: AssignmentPorts) -> AssignedUnit:
    """The unit's assignments, each with its reason. Never raises for a store."""
    held = ports.snapshot.get()
    decider = held.value
    if decider is None:
        return AssignedUnit(unit, failure=str(held.failure) if held.failure else None)
    if not decider.concerns(unit.unit_type):
        return _known(unit, decider)
    try:
        state = ports.states.get(unit.unit_type, unit.unit_id)
    except StoreUnavailable as error:
        decided = decider.decide(unit.unit_type, unit.unit_id, attributes=unit.attributes, state=None)
        return _known(unit, decider, decided, failure=str(error))
    assigned = _decided(unit, decider, state, ports)
    state_until_ns = ports.states.held_until_ns(unit.unit_type, unit.unit_id, state)
    ports.settled.keep(assigned, until_ns=min(held.until_ns, state_until_ns))
    return assigned


def _decided(unit: UnitRequest, decider: Decider, state: UnitState, ports: AssignmentPorts) -> AssignedUnit:
    decided = decider.decide(unit.unit_type, unit.unit_id, attributes=unit.attributes, state=state)
    kept, failure = _kept(decided, unit, ports)
    ignored_count = _ignored(decider, unit.unit_type, kept, state)
    return _known(unit, decider, kept, failure=failure, ignored_count=ignored_count)


def _known(
    unit: UnitRequest,
    decider: Decider,
    assignments: Sequence[Assignment] = (),
    *,
    failure: str | None = None,
    ignored_count: int = 0,
) -> AssignedUnit:
    definitions = decider.snapshot
    unit_key = unit_key_of(definitions.unit_hash_key, unit.unit_type, unit.unit_id)
    return AssignedUnit(
        unit, tuple(assignments), unit_key, definitions.number, definitions.digest, failure, ignored_count
    )


def _kept(
    decided: Sequence[Assignment], unit: UnitRequest, ports: AssignmentPorts
) -> tuple[list[Assignment], str | None]:
    """What is new and sticky is stored; who was faster elsewhere is followed."""
    kept, failure = [], None
    for assignment in decided:
        is_new = assignment.reason is Reason.BUCKETED and assignment.experiment.sticky
        if is_new and failure is None:
            try:
                assignment = _stored(assignment, unit, ports)  # noqa: PLW2901 - the same, now for ever
            except StoreUnavailable as error:
                failure = str(error)
        # A write that failed may have taken the whole budget: those after it are not tried.
        kept.append(assignment._replace(reason=Reason.FALLBACK) if is_new and failure else assignment)
    return kept, failure


def _stored(assignment: Assignment, unit: UnitRequest, ports: AssignmentPorts) -> Assignment:
    wanted = _to_store(assignment, ports.clock)
    stored = ports.states.keep_first(unit.unit_type, unit.unit_id, wanted)
    if stored == wanted:
        return assignment
    # What is stored may be unusable: then nothing can be kept, and the next request decides anew.
    kept = kept_from(stored, assignment.experiment, assignment.slot)
    return kept or assignment._replace(reason=Reason.FALLBACK)


def _to_store(assignment: Assignment, clock: Clock) -> StoredAssignment:
    now = clock.now()
    experiment, variant = assignment.experiment, assignment.variant
    assert variant is not None
    assert assignment.slot is not None
    return StoredAssignment(
        experiment.key,
        variant.key,
        variant.weight_bps,
        experiment.allocation_version,
        experiment.revision,
        experiment.draw_name,
        assignment.slot,
        now,
        now.replace(microsecond=0) + timedelta(days=STICKY_DAYS),  # stores keep expiry to the second
    )


def _ignored(decider: Decider, unit_type: str, decided: Sequence[Assignment], state: UnitState) -> int:
    """Stored assignments to running experiments that own the unit's slot no more: leaks that were not."""
    if len(state.assignments) <= sum(it.reason is Reason.STORED for it in decided):
        return 0
    counted = {it.experiment.key for it in decided}
    running = {key for namespace in decider.namespaces(unit_type) for key in namespace.experiments}
    return sum(key in running and key not in counted for key in state.assignments)
