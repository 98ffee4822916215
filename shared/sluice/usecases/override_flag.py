"""Force a variant of a flag on one unit, for a while, and let it go again."""

from dataclasses import dataclass
from datetime import timedelta

from sluice.clock import Clock
from sluice.errors import InvalidRequest, MoveRefused
from sluice.experiments.flag import Flag
from sluice.experiments.flag_decider import override_subject
from sluice.experiments.flag_serving import check_serving
from sluice.experiments.ports import DefinitionStore, UnitStore
from sluice.experiments.unit import checked_unit_id
from sluice.experiments.unit_state import Override
from sluice.usecases.definition_change import Change
from sluice.usecases.find_flag import find_flag

DAYS_LIMIT = 400


@dataclass(frozen=True, slots=True)
class ForcedFlag:
    """The variant that the unit, of the flag's unit type, is to get for `days`."""

    key: str
    unit_id: str
    variant: str
    days: int


def force_flag(
    wanted: ForcedFlag, *, change: Change, definitions: DefinitionStore, units: UnitStore, clock: Clock
) -> Override:
    """Force it; an older override of this flag for this unit is replaced. It never counts in an analysis.

    Raises UnknownDefinition, MoveRefused where the flag is archived, InvalidDefinition for a variant that it does not
    have, InvalidUnit, InvalidRequest for no number of days, StoreUnavailable.
    """
    if type(wanted.days) is not int or not 1 <= wanted.days <= DAYS_LIMIT:
        raise InvalidRequest(f"days == {wanted.days!r}, must be 1 to {DAYS_LIMIT}")
    flag = _live_flag(wanted.key, definitions)
    check_serving(flag.subject, "variant", wanted.variant, flag.variants)
    until = clock.now() + timedelta(days=wanted.days)
    override = Override(override_subject(flag.key), wanted.variant, change.by, change.why, until)
    units.put_override(flag.unit_type, checked_unit_id(wanted.unit_id, "unit_id"), override)
    return override


def release_flag(key: str, unit_id: str, *, definitions: DefinitionStore, units: UnitStore) -> bool:
    """Let the unit get what the flag's rules give it; whether it had an override.

    Raises UnknownDefinition, InvalidUnit, StoreUnavailable.
    """
    flag = find_flag(key, definitions=definitions).flag
    return units.remove_override(flag.unit_type, checked_unit_id(unit_id, "unit_id"), override_subject(flag.key))


def _live_flag(key: str, definitions: DefinitionStore) -> Flag:
    flag = find_flag(key, definitions=definitions).flag
    if flag.is_archived:
        raise MoveRefused(flag.subject, "force a variant", "it is archived")
    return flag
