"""Take a flag out of use; nothing is ever deleted."""

from collections.abc import Mapping

from sluice.clock import Clock
from sluice.errors import UnknownDefinition
from sluice.experiments import flag_lifecycle
from sluice.experiments.flag import Flag
from sluice.experiments.flag_revision import FlagRevision
from sluice.experiments.flag_set import dependants_of
from sluice.experiments.ports import DefinitionStore, Kind
from sluice.usecases.change_flag import change_flag
from sluice.usecases.definition_change import Change


def archive_flag(key: str, *, change: Change, definitions: DefinitionStore, clock: Clock) -> FlagRevision:
    """The flag, archived: clients get FLAG_NOT_FOUND, and no flag takes its key again.

    Raises UnknownDefinition, MoveRefused with the flags that need it, DefinitionChanged, Conflict.
    """

    def decide(before: FlagRevision | None, flags: Mapping[str, Flag]) -> Flag:
        if before is None:
            raise UnknownDefinition(Kind.FLAG, key)
        live = (flag for flag in flags.values() if not flag.is_archived)
        return flag_lifecycle.archive(before.flag, needed_by=dependants_of(key, live))

    return change_flag(key, "archive", decide, change=change, definitions=definitions, clock=clock).revision
