"""The kill switch of a flag: off for everybody within the cache time of whoever evaluates, and on again."""

from collections.abc import Mapping

from sluice.clock import Clock
from sluice.errors import UnknownDefinition
from sluice.experiments import flag_lifecycle
from sluice.experiments.flag import Flag
from sluice.experiments.flag_revision import FlagRevision
from sluice.experiments.ports import DefinitionStore, Kind
from sluice.usecases.change_flag import change_flag
from sluice.usecases.definition_change import Change


def switch_flag(key: str, *, enabled: bool, change: Change, definitions: DefinitionStore, clock: Clock) -> FlagRevision:
    """The flag, on or off; a flag that is so already stays as it is.

    Raises UnknownDefinition, MoveRefused where it is archived, DefinitionChanged, Conflict.
    """

    def decide(before: FlagRevision | None, _: Mapping[str, Flag]) -> Flag:
        if before is None:
            raise UnknownDefinition(Kind.FLAG, key)
        return flag_lifecycle.switch(before.flag, enabled=enabled)

    move = "enable" if enabled else "disable"
    return change_flag(key, move, decide, change=change, definitions=definitions, clock=clock).revision
