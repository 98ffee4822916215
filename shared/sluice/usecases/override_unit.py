"""Force a variant on one unit, to look at it or to show it; its exposures are never analysed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

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

LONGEST_OVERRIDE_DAYS = 365

_MOVE = "override"
_FLAG = override_subject("")


@dataclass(frozen=True, slots=True)
class Forced:
    """A variant of `subject`, an experiment's key or `flag:` and a flag's, until `expires_at` (aware)."""

    subject: str
    variant: str
    expires_at: datetime


def override_unit(
    unit_type: str,
    unit_id: str,
    forced: Forced,
    *,
    change: Change,
    definitions: DefinitionStore,
    units: UnitStore,
    clock: Clock,
) -> Override:
    """Store the override, in the place of an older one of the same subject.

    Functions learn of it when their memory of the unit runs out. Raises InvalidUnit, UnknownDefinition, MoveRefused
    for what is over, InvalidRequest for a variant, unit type or expiry that is none.
    """
    unit_type, unit_id = checked_unit_type(unit_type, "unit_type"), checked_unit_id(unit_id, "unit_id")
    _check_expiry(forced.expires_at, clock.now())
    drawn, variants = _subject(forced.subject, definitions)
    if unit_type != drawn:
        raise InvalidRequest(f"unit_type == {unit_type!r}, but {forced.subject} draws units of type {drawn!r}")
    if forced.variant not in variants:
        raise InvalidRequest(f"variant == {forced.variant!r}, {forced.subject} has {', '.join(variants)}")
    override = Override(forced.subject, forced.variant, change.by, change.why, forced.expires_at)
    units.put_override(unit_type, unit_id, override)
    return override


def remove_override(unit_type: str, unit_id: str, subject: str, *, units: UnitStore) -> bool:
    """Whether there was one; the subject may be long gone. Raises InvalidUnit."""
    unit_type, unit_id = checked_unit_type(unit_type, "unit_type"), checked_unit_id(unit_id, "unit_id")
    return units.remove_override(unit_type, unit_id, subject)


def _check_expiry(expires_at: datetime, now: datetime) -> None:
    if not now < expires_at <= now + timedelta(days=LONGEST_OVERRIDE_DAYS):
        rule = f"must be after {now.isoformat()} and within {LONGEST_OVERRIDE_DAYS} days of it"
        raise InvalidRequest(f"expires_at == {expires_at.isoformat()}, {rule}")


def _subject(subject: str, definitions: DefinitionStore) -> tuple[str, list[str]]:
    """What type of unit it draws, and its variants."""
    if subject.startswith(_FLAG):
        flag = find_flag(subject.removeprefix(_FLAG), definitions=definitions).flag
        if flag.is_archived:
            raise MoveRefused(flag.subject, _MOVE, "it is archived")
        return flag.unit_type, list(flag.variants)
    experiment = find_experiment(subject, definitions=definitions).experiment
    if experiment.state not in (ExperimentState.DRAFT, ExperimentState.RUNNING):
        raise MoveRefused(experiment.subject, _MOVE, f"it is {experiment.state}")
    return experiment.unit_type, [each.key for each in experiment.variants]
