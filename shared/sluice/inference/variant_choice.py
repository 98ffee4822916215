"""From a unit's assignments to the model version that answers it."""

from typing import TYPE_CHECKING

from sluice.experiments.reasons import Reason
from sluice.inference.made_once import MadeOnce
from sluice.inference.served_release import Choice, ServedRelease
from sluice.inference.tensors import ParameterValue

if TYPE_CHECKING:
    from sluice.experiments.assigned_unit import AssignedUnit
    from sluice.experiments.assignment import Assignment


def choose_for(assigned: "AssignedUnit", release: ServedRelease) -> Choice:
    """The version of the first assignment, in the declared order, whose variant names one; else the default.

    A version that the release does not have falls back to the default, and the choice says so. Of assignments that
    name no version the first that gave a variant leads, else the first of all: its reason is why the default serves.
    """
    return _CHOICES.of(assigned, release)


def _choice(assigned: "AssignedUnit", release: ServedRelease) -> Choice:
    lead = _lead(assigned.assignments)
    default = release.default
    if lead is None:
        return Choice(default.version, Reason.FALLBACK) if assigned.failure else default
    parameters = _parameters(lead, assigned)
    wanted = lead.variant.model_version if lead.variant else None
    if wanted is None:
        return Choice(default.version, lead.reason, lead, parameters)
    version = release.find_version(wanted)
    if version is None:
        return Choice(default.version, Reason.FALLBACK, lead, parameters)
    return Choice(version, lead.reason, lead, parameters)


_CHOICES = MadeOnce(_choice)


def _parameters(lead: "Assignment", assigned: "AssignedUnit") -> dict[str, ParameterValue]:
    named: dict[str, ParameterValue] = {"experiment": lead.experiment.key}
    if lead.variant is not None:
        named["variant"] = lead.variant.key
    return named | client_parameters(assigned)


def client_parameters(assigned: "AssignedUnit") -> dict[str, ParameterValue]:
    """What variants hand to the client, `param_` before each name; where two name one, the first in order counts."""
    parameters: dict[str, ParameterValue] = {}
    for assignment in assigned.assignments:
        if assignment.variant is not None:
            for name, value in assignment.variant.parameters.items():
                parameters.setdefault(f"param_{name}", value)
    return parameters


def _lead(assignments: "tuple[Assignment, ...]") -> "Assignment | None":
    lead = None
    for assignment in assignments:
        if assignment.variant is not None:
            if assignment.variant.model_version is not None:
                return assignment
            if lead is None or lead.variant is None:
                lead = assignment
        elif lead is None:
            lead = assignment
    return lead
