"""What decides in a function, over stores in memory that fail when they are told to, in a time that stands still."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from sluice.adapters.cel_conditions import CelLanguage
from sluice.adapters.memory_definitions import MemoryDefinitions
from sluice.adapters.memory_units import MemoryUnits
from sluice.errors import StoreUnavailable
from sluice.experiments.assigned_unit import AssignedUnit
from sluice.experiments.assignment import Assignment
from sluice.experiments.decider import Decider
from sluice.experiments.experiment import Experiment
from sluice.experiments.namespace import Namespace
from sluice.experiments.ports import StoredSnapshot
from sluice.experiments.snapshot import decode_model_snapshot
from sluice.experiments.unit_request import UnitSources
from sluice.experiments.unit_state import NOTHING_STORED, StoredAssignment, UnitState
from sluice.usecases.assign_unit import AssignmentPorts, UnitAssigner
from sluice.usecases.held_snapshot import HeldSnapshot
from sluice.usecases.settled_units import SettledUnits
from sluice.usecases.unit_states import UnitStates
from tests.unit.experiments.running import NOW, a_decider, a_snapshot, owning

SUBJECT = "model:risk"
CACHE_SECONDS = 10


class Time:
    """A clock and a timer that stand still together until they are moved."""

    def __init__(self) -> None:
        self.passed = timedelta()

    def now(self) -> datetime:
        return NOW + self.passed

    def timer_ns(self) -> int:
        return int(self.passed.total_seconds()) * 1_000_000_000

    def move(self, **step: float) -> None:
        self.passed += timedelta(**step)


class UnitsWithOutages(MemoryUnits):
    """Units of which `failing` calls fail; a `late` write is made, and its answer is lost.

    `before_write` runs between a read and the write that follows it, as another environment might.
    """

    def __init__(self) -> None:
        super().__init__()
        self.failing: set[str] = set()
        self.before_write: Callable[[], object] = lambda: None
        self.reads: list[str] = []
        self.writes: list[str] = []

    def load(self, unit_type: str, unit_id: str, *, now: datetime) -> UnitState:
        self.reads.append(unit_id)
        self._fail("read")
        return super().load(unit_type, unit_id, now=now)

    def put_if_absent(self, unit_type: str, unit_id: str, assignment: StoredAssignment) -> StoredAssignment:
        self.writes.append(assignment.experiment)
        self._fail("write")
        self.before_write()
        stored = super().put_if_absent(unit_type, unit_id, assignment)
        self._fail("late")
        return stored

    def _fail(self, call: str) -> None:
        if call in self.failing:
            raise StoreUnavailable("table units", f"{call}: no answer within 50 ms")


class DefinitionsWithOutages(MemoryDefinitions):
    """Definitions whose snapshots cannot be read while `are_away`."""

    def __init__(self) -> None:
        super().__init__()
        self.are_away = False
        self.reads = 0

    def find_snapshot(self, subject: str) -> StoredSnapshot | None:
        self.reads += 1
        if self.are_away:
            raise StoreUnavailable("table experiments", "throttled")
        return super().find_snapshot(subject)


@dataclass
class AssignerPlane:
    """Stores that any number of execution environments share; `number` is the newest snapshot's."""

    definitions: DefinitionsWithOutages = field(default_factory=DefinitionsWithOutages)
    units: UnitsWithOutages = field(default_factory=UnitsWithOutages)
    time: Time = field(default_factory=Time)
    number: int = 0

    def publish(self, *experiments: Experiment, namespaces: Sequence[Namespace] | None = None) -> None:
        """What a change of a definition leads to."""
        self.number += 1
        self.definitions.commit([], a_snapshot(experiments, namespaces, number=self.number))

    def stored(self, unit: str) -> dict[str, str]:
        """The unit's stored variants, by experiment."""
        state = MemoryUnits.load(self.units, "user", unit, now=self.time.now())
        return {key: each.variant for key, each in state.assignments.items()}

    def environment(self, *, unit_cache_seconds: float = CACHE_SECONDS) -> "Environment":
        """A new execution environment, which has read nothing yet."""
        return Environment(self, unit_cache_seconds)


class Environment:
    """Memory of its own over the shared stores."""

    def __init__(self, plane: AssignerPlane, unit_cache_seconds: float = CACHE_SECONDS) -> None:
        time = plane.time
        snapshot = HeldSnapshot(
            plane.definitions, SUBJECT, decode=_decode, cache_seconds=CACHE_SECONDS, timer_ns=time.timer_ns
        )
        states = UnitStates(plane.units, clock=time, cache_seconds=unit_cache_seconds, timer_ns=time.timer_ns)
        self.ports = AssignmentPorts(snapshot, states, time, SettledUnits(time.timer_ns))
        self._assigner = UnitAssigner(self.ports, UnitSources())

    def assign(self, unit: str = "unit", unit_type: str = "user") -> AssignedUnit:
        assigned = self._assigner({"sluice_unit": unit, "sluice_unit_type": unit_type}, {})
        assert assigned is not None
        return assigned

    def the_one(self, unit: str = "unit") -> Assignment:
        """The assignment of a unit that has one."""
        (assignment,) = self.assign(unit).assignments
        return assignment


def _decode(stored: StoredSnapshot) -> Decider:
    return Decider(decode_model_snapshot(stored), CelLanguage)


def a_unit_that_moves(before: Experiment, after: Experiment, prefix: str = "unit") -> tuple[str, str, str]:
    """A unit that the two would give different variants, and these."""
    deciders = [a_decider(it, namespaces=[owning(it, namespace=Namespace(it.namespace))]) for it in (before, after)]
    for number in count():
        unit = f"{prefix}-{number}"
        one, other = (it.decide("user", unit, attributes={}, state=NOTHING_STORED)[0].variant for it in deciders)
        if one and other and one.key != other.key:
            return unit, one.key, other.key
    raise AssertionError
