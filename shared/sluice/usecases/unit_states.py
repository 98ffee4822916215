"""The state of units, for a while in memory: most requests of one unit come close together."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from sluice.clock import Clock
from sluice.experiments.ports import UnitAssignments
from sluice.experiments.unit_state import StoredAssignment, UnitState

_NS_PER_SECOND = 1_000_000_000
_UNITS_HELD = 10_000

UnitName = tuple[str, str]


class UnitStates:
    """A unit's state at most `cache_seconds` old: so long may an override or a merge take to be seen.

    A stale state cannot give a unit a second variant, because what is not stored is written under a condition.
    """

    def __init__(
        self, store: UnitAssignments, *, clock: Clock, cache_seconds: float, timer_ns: Callable[[], int]
    ) -> None:
        self._store, self._clock, self._timer_ns = store, clock, timer_ns
        self._cache_ns = int(cache_seconds * _NS_PER_SECOND)
        self._held: OrderedDict[UnitName, tuple[int, UnitState]] = OrderedDict()

    def get(self, unit_type: str, unit_id: str) -> UnitState:
        """The unit's state. Raises StoreUnavailable, also when it comes too late."""
        name = unit_type, unit_id
        held = self._held.get(name)
        if held is not None and self._timer_ns() < held[0]:
            return held[1]
        state = self._store.load(unit_type, unit_id, now=self._clock.now())
        self._hold(name, state)
        return state

    def held_until_ns(self, unit_type: str, unit_id: str, state: UnitState) -> int:
        """When this very state is read again, by the timer; at once if it is not held."""
        held = self._held.get((unit_type, unit_id))
        return held[0] if held is not None and held[1] is state else 0

    def keep_first(self, unit_type: str, unit_id: str, assignment: StoredAssignment) -> StoredAssignment:
        """Store the assignment unless there is one, and give the one that is there now. Raises StoreUnavailable."""
        stored = self._store.put_if_absent(unit_type, unit_id, assignment)
        held = self._held.get((unit_type, unit_id))
        if held is not None:
            until_ns, state = held
            known = replace(state, assignments={**state.assignments, stored.experiment: stored})
            self._held[unit_type, unit_id] = until_ns, known
        return stored

    def _hold(self, name: UnitName, state: UnitState) -> None:
        if self._cache_ns:
            self._held[name] = self._timer_ns() + self._cache_ns, state
            self._held.move_to_end(name)
            if len(self._held) > _UNITS_HELD:
                self._held.popitem(last=False)
