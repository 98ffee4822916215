"""Force a variant of an experiment or a flag on one unit, to look at it or to show it, and let it go again."""

from dataclasses import dataclass
from datetime import timedelta

from sluice.clock import Clock
from sluice.errors import InvalidRequest, MoveRefused
from sluice.experiments.experiment import ExperimentState
from sluice.experiments.flag_decider import override_subject
from sluice.experiments.ports import DefinitionStore, UnitStore
from sluice.experiments.unit import checked_unit_id, checked_unit_type
from sluice.experiments.unit_state import Override
from sluice.usecases.definition_change import Change
from sluice.usecases.find_experiment import find_experiment
from sluice.usecases.find_flag import find_flag

DAYS_LIMIT = 400

_MOVE = "force a variant"
_FLAG = override_subject("")


@dataclass(frozen=True, slots=True)
class ForcedVariant:
    """The variant of `subject`, an experiment's key or `flag:` and a flag's, that the unit is to get for `days`."""

    unit_type: str
    unit_id: str
    subject: str
    variant: str
    days: int


def override_unit(
    wanted: ForcedVariant, *, change: Change, definitions: DefinitionStore, units: UnitStore, clock: Clock
) -> Override:
    """Force it; an older override of this subject for this unit is replaced. It never counts in an analysis.

    Functions learn of it when their memory of the unit runs out. Raises UnknownDefinition, MoveRefused for what is
    over, InvalidRequest for a variant, unit type or number of days that is none, InvalidUnit, StoreUnavailable.
    """
    unit_id = checked_unit_id(wanted.unit_id, "unit_id")
    if type(wanted.days) is not int or not 1 <= wanted.days <= DAYS_LIMIT:
        raise InvalidRequest(f"days == {wanted.days!r}, must be 1 to {DAYS_LIMIT}")
    unit_type, variants = _unit_type_and_variants(wanted.subject, definitions)
    if wanted.unit_type != unit_type:
        raise InvalidRequest(
            f"unit_type == {wanted.unit_type!r}, but {wanted.subject} draws units of type {unit_type!r}"
        )
    if wanted.variant not in variants:
        raise InvalidRequest(f"variant == {wanted.variant!r}, {wanted.subject} has {', '.join(variants)}")
    until = clock.now().replace(microsecond=0) + timedelta(days=wanted.days)  # stores keep expiry to the second
    override = Override(wanted.subject, wanted.variant, change.by, change.why, until)
    units.put_override(unit_type, unit_id, override)
    return override


def remove_override(unit_type: str, unit_id: str, subject: str, *, units: UnitStore) -> bool:
    """Let the unit get what the rules give it; whether it had an override. The subject may be long gone.

    Raises InvalidUnit, StoreUnavailable.
    """
    unit_type, unit_id = checked_unit_type(unit_type, "unit_type"), checked_unit_id(unit_id, "unit_id")
    return units.remove_override(unit_type, unit_id, subject)


def _unit_type_and_variants(subject: str, definitions: DefinitionStore) -> tuple[str, list[str]]:
    if subject.startswith(_FLAG):
        flag = find_flag(subject.removeprefix(_FLAG), definitions=definitions).flag
        if flag.is_archived:
            raise MoveRefused(flag.subject, _MOVE, "it is archived")
        return flag.unit_type, list(flag.variants)
    experiment = find_experiment(subject, definitions=definitions).experiment
    if experiment.state not in (ExperimentState.DRAFT, ExperimentState.RUNNING):
        raise MoveRefused(experiment.subject, _MOVE, f"it is {experiment.state}")
    return experiment.unit_type, [each.key for each in experiment.variants]
