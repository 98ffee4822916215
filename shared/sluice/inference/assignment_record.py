"""The exposure part of an inference record: which unit, which assignments, and what they were computed from.

| member | meaning |
|---|---|
| unit_type, unit_key | the unit: its keyed hash; no key where no snapshot brought the secret |
| unit_id | the raw id, only where the environment is set to record it |
| snapshot_number, snapshot_digest | the definitions that decided |
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
| AssignmentFallbacks, MissingAttributes, IgnoredAssignments, VariantFailures | metrics, where there is a unit |
"""

from typing import Any

from sluice.experiments.assigned_unit import AssignedUnit
from sluice.experiments.assignment import Assignment
from sluice.experiments.reasons import Reason
from sluice.inference.trace import PredictionTrace


def assigned_members(trace: PredictionTrace, *, with_unit_id: bool) -> dict[str, Any]:
    """The members, without the metrics; none for a request without a unit."""
    assigned = trace.assigned
    if assigned is None:
        return {}
    members: dict[str, Any] = {"unit_type": assigned.unit.unit_type}
    if assigned.unit_key is not None:
        members["unit_key"] = assigned.unit_key
        members["snapshot_number"] = assigned.snapshot_number
        members["snapshot_digest"] = assigned.snapshot_digest
    if with_unit_id:
        members["unit_id"] = assigned.unit.unit_id
    served = trace.choice.version.released.number if trace.choice else None
    members["assignments"] = [_entry(assignment, served) for assignment in assigned.assignments]
    return members | _failures(assigned, trace)


def assignment_metrics(trace: PredictionTrace) -> dict[str, float]:
    """Counts for CloudWatch; none for a request without a unit."""
    assigned = trace.assigned
    if assigned is None:
        return {}
    reasons = [assignment.reason for assignment in assigned.assignments]
    return {
        "AssignmentFallbacks": int(assigned.failure is not None),
        "MissingAttributes": reasons.count(Reason.ATTRIBUTE_MISSING),
        "IgnoredAssignments": assigned.ignored_count,
        "VariantFailures": int(trace.variant_failure is not None),
    }


def _entry(it: Assignment, served: int | None) -> dict[str, Any]:
    intended = it.variant.model_version if it.variant else None
    entry: dict[str, Any] = {
        "experiment": it.experiment.key,
        "experiment_revision": it.experiment.revision,
        "allocation_version": it.allocation_version,
        "variant": it.variant.key if it.variant else None,
        "reason": it.reason,
        "namespace": it.experiment.namespace,
        "slot": it.slot,
        "arm_slot": it.arm_slot,
        "propensity_bps": it.propensity_bps,
        "intended_model_version": intended,
        "applied": it.variant is not None and intended in (None, served),
        "analysed": it.is_analysed,
    }
    return entry | {"crossed_over": True} if it.crossed_over else entry


def _failures(assigned: AssignedUnit, trace: PredictionTrace) -> dict[str, Any]:
    found = {"assignment_failure": assigned.failure, "variant_failure": trace.variant_failure}
    return {name: str(why) for name, why in found.items() if why is not None}
