"""A store of flags in memory, and changes of it in one line each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sluice.adapters.cel_conditions import CelLanguage
from sluice.adapters.memory_definitions import MemoryDefinitions
from sluice.adapters.memory_units import MemoryUnits
from sluice.errors import DefinitionChanged
from sluice.experiments.flag import Flag
from sluice.experiments.flag_snapshot import FLAGS, FlagSnapshot, decode_flag_snapshot
from sluice.experiments.ports import Definition, StoredSnapshot
from sluice.usecases.archive_flag import archive_flag
from sluice.usecases.define_flag import DefinedFlag, define_flag
from sluice.usecases.definition_change import Change
from sluice.usecases.switch_flag import switch_flag

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CHANGE = Change("ann", "because")


class StoppedClock:
    def now(self) -> datetime:
        return NOON


class ContendedDefinitions(MemoryDefinitions):
    """A store with rivals: of `meanwhile` one runs before each commit, of `then` one after each refusal."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: list[Callable[[], object]] = []
        self.then: list[Callable[[], object]] = []

    def commit(self, definitions: Sequence[Definition], snapshot: StoredSnapshot | None = None) -> None:
        if self.meanwhile:
            rival, *rest = self.meanwhile
            self.meanwhile = []
            rival()
            self.meanwhile = rest
        try:
            super().commit(definitions, snapshot)
        except DefinitionChanged:
            if self.then:
                self.then.pop()()
            raise


@dataclass
class FlagPlane:
    """Flags, overrides and a clock that stands still."""

    definitions: ContendedDefinitions = field(default_factory=ContendedDefinitions)
    units: MemoryUnits = field(default_factory=MemoryUnits)
    clock: StoppedClock = field(default_factory=StoppedClock)

    def define(self, *flags: Flag, change: Change = CHANGE) -> DefinedFlag:
        """Define them in this order; what became of the last."""
        for flag in flags:
            defined = define_flag(
                flag, change=change, definitions=self.definitions, language_over=CelLanguage, clock=self.clock
            )
        return defined

    def switch(self, key: str, *, enabled: bool, change: Change = CHANGE) -> Flag:
        found = switch_flag(key, enabled=enabled, change=change, definitions=self.definitions, clock=self.clock)
        return found.flag

    def archive(self, key: str, change: Change = CHANGE) -> Flag:
        return archive_flag(key, change=change, definitions=self.definitions, clock=self.clock).flag

    @property
    def snapshot(self) -> FlagSnapshot:
        stored = self.definitions.find_snapshot(FLAGS)
        assert stored is not None
        return decode_flag_snapshot(stored)
