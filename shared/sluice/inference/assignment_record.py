"""The exposure part of an inference record: which unit, which assignments, and what they were computed from.

| member | meaning |
|---|---|
| unit_type, unit_key | the unit: its keyed hash, null where no snapshot brought the secret |
| unit_id | the raw id, only where the environment is set to record it |
| snapshot_number, snapshot_digest | the definitions that decided, null where there were none |
| assignments | per assignment, in the declared order, the members below |
| · experiment, experiment_revision, allocation_version | the definition, and the weights under which the unit entered |
| · variant, reason | the arm, null where none, and why (`experiments/reasons.py`) |
| · namespace, slot, arm_slot | the draws; the arm's where it was asked |
| · propensity_bps | probability of the variant among units that enter |
| · intended_model_version | what the variant names; the record's `model_version` is what served |
| · applied | whether the variant is what the unit got |
| · analysed | whether this exposure may enter analysis |
| · crossed_over | true for a unit that had two identities with different variants |
| assignment_failure | why something fell back |
| variant_failure | why the variant's own version could not answer, so that the default did |
| AssignmentFallbacks, MissingAttributes, IgnoredAssignments, VariantFailures | metrics, where they are not 0 |
"""

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from sluice.experiments.reasons import Reason
from sluice.inference.made_once import MadeOnce
from sluice.inference.trace import PredictionTrace

if TYPE_CHECKING:
    from sluice.experiments.assigned_unit import AssignedUnit
    from sluice.experiments.assignment import Assignment

_MISSING, _FALLBACK = Reason.ATTRIBUTE_MISSING, Reason.FALLBACK


class AssignedPart(NamedTuple):
    """Members of the record in JSON, without braces and with a comma after them, and which of them are metrics."""

    json: bytes
    counts: tuple[str, ...]


NO_UNIT = AssignedPart(b"", ())


def assigned_part(trace: PredictionTrace, *, with_unit_id: bool) -> AssignedPart:
    """What the record says of the unit of a request that has one; made once for a unit that is settled."""
    assert trace.assigned is not None
    return _PARTS.of(trace.assigned, (trace.choice.version.released.number if trace.choice else None, with_unit_id))


def _members(assigned: "AssignedUnit", served: int | None, *, with_unit_id: bool) -> dict[str, Any]:
    """The members of a unit whose request model version `served` answers, without the metrics."""
    members: dict[str, Any] = {
        "unit_type": assigned.unit.unit_type,
        "unit_key": assigned.unit_key,
        "snapshot_number": assigned.snapshot_number,
        "snapshot_digest": assigned.snapshot_digest,
        "assignments": [_entry(assignment, served) for assignment in assigned.assignments],
    }
    if with_unit_id:
        members["unit_id"] = assigned.unit.unit_id
    if assigned.failure is not None:
        members["assignment_failure"] = assigned.failure
    return members


def _counts(assigned: "AssignedUnit") -> dict[str, float]:
    """Counts for CloudWatch, of what happened to this request's unit; what did not happen is not counted as 0."""
    metrics: dict[str, float] = {}
    missing_count, has_fallback = 0, assigned.failure is not None
    for assignment in assigned.assignments:
        missing_count += assignment.reason is _MISSING
        has_fallback = has_fallback or assignment.reason is _FALLBACK
    if missing_count:
        metrics["MissingAttributes"] = missing_count
    if has_fallback:
        metrics["AssignmentFallbacks"] = 1
    if assigned.ignored_count:
        metrics["IgnoredAssignments"] = assigned.ignored_count
    return metrics


def _part(assigned: "AssignedUnit", served_and_with_unit_id: tuple[int | None, bool]) -> AssignedPart:
    served, with_unit_id = served_and_with_unit_id
    counts = _counts(assigned)
    members = _members(assigned, served, with_unit_id=with_unit_id) | counts
    return AssignedPart(orjson.dumps(members)[1:-1] + b",", tuple(counts))


def _entry(it: "Assignment", served: int | None) -> dict[str, Any]:
    experiment, variant = it.experiment, it.variant
    intended = variant.model_version if variant else None
    entry: dict[str, Any] = {
        "experiment": experiment.key,
        "experiment_revision": experiment.revision,
        "allocation_version": it.allocation_version,
        "variant": variant.key if variant else None,
        "reason": it.reason,
        "namespace": experiment.namespace,
        "slot": it.slot,
        "arm_slot": it.arm_slot,
        "propensity_bps": it.propensity_bps,
        "intended_model_version": intended,
        "applied": variant is not None and (intended is None or intended == served),
        "analysed": it.is_analysed,
    }
    if it.crossed_over:
        entry["crossed_over"] = True
    return entry


_PARTS = MadeOnce(_part)
