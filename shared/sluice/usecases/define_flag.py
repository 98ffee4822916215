"""Write a flag down, or another text of it; from then on it is evaluated so."""

from collections.abc import Mapping
from dataclasses import dataclass

from sluice.clock import Clock
from sluice.experiments import flag_lifecycle
from sluice.experiments.conditions import LanguageOver
from sluice.experiments.flag import Flag
from sluice.experiments.flag_revision import FlagRevision
from sluice.experiments.flag_set import check_conditions
from sluice.experiments.ports import DefinitionStore
from sluice.usecases.change_flag import change_flag
from sluice.usecases.definition_change import Change, Written


@dataclass(frozen=True, slots=True)
class DefinedFlag:
    """The flag as it then is, and what that took."""

    revision: FlagRevision
    written: Written


def define_flag(
    wanted: Flag, *, change: Change, definitions: DefinitionStore, language_over: LanguageOver, clock: Clock
) -> DefinedFlag:
    """Create the flag or edit it; what is written so already stays as it is, and so does the kill switch.

    Raises InvalidDefinition, also for conditions and for what does not go with other flags; MoveRefused, where a flag
    is archived or would change its type; DefinitionChanged; Conflict.
    """
    check_conditions(wanted, language_over)

    def decide(before: FlagRevision | None, _: Mapping[str, Flag]) -> Flag:
        return flag_lifecycle.edit(before.flag, wanted) if before else flag_lifecycle.create(wanted)

    changed = change_flag(wanted.key, "define", decide, change=change, definitions=definitions, clock=clock)
    if changed.before is None:
        return DefinedFlag(changed.revision, Written.CREATED)
    return DefinedFlag(changed.revision, Written.EDITED if changed.is_change else Written.UNCHANGED)
