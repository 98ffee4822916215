"""Evaluation over a store of flags in memory: its ports, its clock, the lines that it wrote."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from sluice.adapters.cel_conditions import CelLanguage
from sluice.adapters.memory_units import MemoryUnits
from sluice.errors import StoreUnavailable
from sluice.experiments.flag_context import FlagContext
from sluice.experiments.flag_decider import FlagDecider, override_subject
from sluice.experiments.flag_decision import FlagResult
from sluice.experiments.flag_snapshot import FLAGS, decode_flag_snapshot
from sluice.experiments.ports import StoredSnapshot
from sluice.experiments.unit_state import Override, UnitState
from sluice.usecases.evaluate_flags import EvaluatedFlags, FlagPorts, evaluate_flag, evaluate_flags
from sluice.usecases.expose_flags import REMEMBER_SECONDS, FlagRecordPorts
from sluice.usecases.held_snapshot import HeldSnapshot
from sluice.usecases.recent_keys import RecentKeys
from sluice.usecases.unit_states import UnitStates
from tests.unit.usecases.flag_plane import NOON, ContendedDefinitions, FlagPlane

CACHE_SECONDS = 10


class FailingUnits(MemoryUnits):
    """Units whose table can be made to fail."""

    is_down = False

    def load(self, unit_type: str, unit_id: str, *, now: datetime) -> UnitState:
        if self.is_down:
            raise StoreUnavailable("table units", "throttled")
        return super().load(unit_type, unit_id, now=now)


class FailingDefinitions(ContendedDefinitions):
    """Definitions whose table can be made to fail, or to give garbage."""

    is_down = False
    garbage: StoredSnapshot | None = None

    def find_snapshot(self, subject: str) -> StoredSnapshot | None:
        if self.is_down:
            raise StoreUnavailable("table experiments", "throttled")
        return self.garbage or super().find_snapshot(subject)


class SteppedTime:
    """A clock and a timer that a test moves together."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def timer_ns(self) -> int:
        return int(self.seconds * 1_000_000_000)


@dataclass
class Evaluation:
    """What a function that evaluates flags holds, and the store behind it."""

    definitions: FailingDefinitions = field(default_factory=FailingDefinitions)
    units: FailingUnits = field(default_factory=FailingUnits)
    time: SteppedTime = field(default_factory=SteppedTime)
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.plane = FlagPlane(self.definitions, self.units)
        self.ports = self.fresh_ports()

    def fresh_ports(self) -> FlagPorts:
        """Those of another process."""
        timer_ns = self.time.timer_ns
        snapshot = HeldSnapshot(
            self.definitions,
            FLAGS,
            decode=lambda stored: FlagDecider(decode_flag_snapshot(stored), CelLanguage),
            cache_seconds=CACHE_SECONDS,
            timer_ns=timer_ns,
        )
        states = UnitStates(self.units, clock=self.time, cache_seconds=CACHE_SECONDS, timer_ns=timer_ns)
        remembered = RecentKeys(100, seconds=REMEMBER_SECONDS, timer_ns=timer_ns)
        return FlagPorts(snapshot, states, FlagRecordPorts(self.lines.append, self.time, remembered))

    def one(self, key: str, context: FlagContext) -> tuple[FlagResult, str]:
        """The result of one flag, and what could not be read."""
        found = evaluate_flag(key, context, ports=self.ports)
        return found.results[key], found.fallback

    def all(self, context: FlagContext, known: str = "") -> tuple[str, EvaluatedFlags | None]:
        return evaluate_flags(context, is_known=lambda etag: etag == known, ports=self.ports)

    def force(self, key: str, variant: str, unit_id: str = "unit-1") -> None:
        until = self.time.now() + timedelta(hours=1)
        self.units.put_override("user", unit_id, Override(override_subject(key), variant, "ann", "why", until))

    @property
    def records(self) -> list[dict[str, Any]]:
        return [orjson.loads(line) for line in self.lines]
