"""The state of units in memory: for a stated time, each unit's own, and never more of them than fit."""

from datetime import timedelta

import pytest

from sluice.errors import StoreUnavailable
from sluice.experiments.unit_state import NOTHING_STORED, Override, UnitState
from sluice.usecases.unit_states import UnitStates
from tests.unit.experiments.running import NOW, stored
from tests.unit.usecases.assigner_plane import Time, UnitsWithOutages

CACHE_SECONDS = 60


class Memory:
    """States of units over a store that notes what it is asked."""

    def __init__(self, cache_seconds: float = CACHE_SECONDS) -> None:
        self.store, self.time = UnitsWithOutages(), Time()
        self.states = UnitStates(self.store, clock=self.time, cache_seconds=cache_seconds, timer_ns=self.time.timer_ns)

    def get(self, unit: str = "unit") -> UnitState:
        return self.states.get("user", unit)


def test_a_unit_is_read_once_in_the_cache_time() -> None:
    memory = Memory()
    memory.get()
    memory.store.put_if_absent("user", "unit", stored())

    memory.time.move(seconds=CACHE_SECONDS - 1)
    assert memory.get() == NOTHING_STORED
    memory.time.move(seconds=1)
    assert memory.get() == UnitState({"exp-1": stored()})
    assert memory.store.reads == ["unit", "unit"]


def test_without_a_cache_time_every_request_reads_and_nothing_is_held() -> None:
    memory = Memory(0)

    for _ in range(3):
        memory.get()
        memory.states.keep_first("user", "unit", stored())

    assert memory.store.reads == ["unit"] * 3
    assert not memory.states._held


def test_a_state_is_held_until_it_is_read_again_or_another_takes_its_place() -> None:
    memory = Memory()
    state = memory.get()
    until_ns = memory.time.timer_ns() + CACHE_SECONDS * 10**9

    assert memory.states.held_until_ns("user", "unit", state) == until_ns
    assert memory.states.held_until_ns("user", "another", state) == 0
    memory.states.keep_first("user", "unit", stored())
    assert memory.states.held_until_ns("user", "unit", state) == 0
    assert memory.states.held_until_ns("user", "unit", memory.get()) == until_ns


def test_units_and_types_are_held_apart() -> None:
    memory = Memory()
    memory.store.put_if_absent("user", "unit", stored())

    assert memory.get().assignments
    assert memory.states.get("device", "unit") == NOTHING_STORED
    assert memory.get("another") == NOTHING_STORED
    assert memory.store.reads == ["unit", "unit", "another"]


@pytest.mark.parametrize("winner", ["control", "treatment"])
def test_what_is_stored_now_is_known_at_once_whoever_stored_it(winner: str) -> None:
    memory = Memory()
    memory.get()
    memory.store.put_if_absent("user", "unit", stored(variant=winner))

    given = memory.states.keep_first("user", "unit", stored(variant="treatment", assigned_at=NOW + timedelta(1)))

    assert given == stored(variant=winner)
    assert memory.get().assignments == {"exp-1": given}
    assert memory.store.reads == ["unit"]


def test_what_becomes_known_leaves_the_rest_of_the_state_and_its_time_as_they_were() -> None:
    memory = Memory()
    override = Override("exp-3", "control", "me", "to look at it", NOW + timedelta(days=1))
    memory.store.put_override("user", "unit", override)
    memory.store.put_if_absent("user", "unit", stored("exp-1"))
    memory.get()
    memory.time.move(seconds=CACHE_SECONDS - 1)

    memory.states.keep_first("user", "unit", stored("exp-2"))

    assert memory.get() == UnitState({"exp-1": stored("exp-1"), "exp-2": stored("exp-2")}, {"exp-3": override})
    memory.time.move(seconds=1)
    memory.get()
    assert memory.store.reads == ["unit", "unit"]


def test_a_unit_that_is_not_held_is_stored_all_the_same() -> None:
    memory = Memory()

    assert memory.states.keep_first("user", "unit", stored()) == stored()
    assert memory.get().assignments == {"exp-1": stored()}


def test_a_failed_read_reaches_the_caller_and_is_not_held() -> None:
    memory = Memory()
    memory.store.failing = {"read"}
    with pytest.raises(StoreUnavailable, match="read"):
        memory.get()

    memory.store.failing = set()
    assert memory.get() == NOTHING_STORED


def test_a_failed_write_reaches_the_caller_and_leaves_what_is_held_as_it_was() -> None:
    memory = Memory()
    memory.get()
    memory.store.failing = {"write"}
    with pytest.raises(StoreUnavailable, match="write"):
        memory.states.keep_first("user", "unit", stored())

    assert memory.get() == NOTHING_STORED
    assert memory.store.reads == ["unit"]


def test_what_has_expired_is_asked_for_by_the_clock() -> None:
    memory = Memory(1)
    memory.store.put_if_absent("user", "unit", stored())

    assert memory.get().assignments
    memory.time.move(days=400)
    assert memory.get() == NOTHING_STORED


def test_the_unit_that_was_read_longest_ago_makes_room() -> None:
    memory = Memory()
    for number in range(10_001):
        memory.get(f"unit-{number}")
    reads = len(memory.store.reads)

    memory.get("unit-1")
    assert len(memory.store.reads) == reads
    memory.get("unit-0")
    assert len(memory.store.reads) == reads + 1
    assert len(memory.states._held) == 10_000


def test_a_unit_that_is_read_again_is_the_youngest() -> None:
    memory = Memory()
    memory.get("old")
    for number in range(9_999):
        memory.get(f"unit-{number}")
    memory.time.move(seconds=CACHE_SECONDS)
    memory.get("old")

    memory.get("new")

    reads = len(memory.store.reads)
    memory.get("old")
    assert len(memory.store.reads) == reads
