"""What evaluates flags in this function: snapshot, overrides, records and rate, put together."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter_ns

from fastapi import FastAPI

from functions.control.ofrep_routes import create_ofrep_app
from functions.control.request_rate import RequestRate
from functions.control.settings import ControlSettings
from sluice.clock import Clock, SystemClock
from sluice.experiments.flag_decider import FlagDecider
from sluice.experiments.flag_snapshot import FLAGS, decode_flag_snapshot
from sluice.experiments.ports import SnapshotReader, StoredSnapshot, UnitAssignments
from sluice.usecases.evaluate_flags import FlagPorts
from sluice.usecases.expose_flags import REMEMBER_SECONDS, REMEMBERED_COUNT, FlagRecordPorts
from sluice.usecases.held_snapshot import HeldSnapshot
from sluice.usecases.recent_keys import RecentKeys
from sluice.usecases.unit_states import UnitStates

_NS_PER_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class FlagSurroundings:
    """Where flags and overrides are, and where records go; `timer_ns` is monotonic, `clock` dates records."""

    snapshots: SnapshotReader
    units: UnitAssignments
    write_line: Callable[[str], object]
    clock: Clock = field(default_factory=SystemClock)
    timer_ns: Callable[[], int] = perf_counter_ns


def build_ofrep_app(settings: ControlSettings, surroundings: FlagSurroundings) -> FastAPI:
    """The application that evaluates flags; it reads nothing before the first request comes."""
    timer_ns, cache_seconds = surroundings.timer_ns, settings.flags_cache_seconds
    snapshot = HeldSnapshot(
        surroundings.snapshots, FLAGS, decode=_prepared, cache_seconds=cache_seconds, timer_ns=timer_ns
    )
    states = UnitStates(surroundings.units, clock=surroundings.clock, cache_seconds=cache_seconds, timer_ns=timer_ns)
    remembered = RecentKeys(REMEMBERED_COUNT, seconds=REMEMBER_SECONDS, timer_ns=timer_ns)
    records = FlagRecordPorts(surroundings.write_line, surroundings.clock, remembered)
    rate = RequestRate("flags", settings.ofrep_rate_rps, monotonic=lambda: timer_ns() / _NS_PER_SECOND)
    return create_ofrep_app(FlagPorts(snapshot, states, records), rate)


def _prepared(stored: StoredSnapshot) -> FlagDecider:
    # Whoever only asks for the environment's health never loads the condition language.
    from sluice.adapters.cel_conditions import CelLanguage

    return FlagDecider(decode_flag_snapshot(stored), CelLanguage)
