"""Units whose assignments can be nothing else until definitions or their state are read again: not decided again.

What was stored, forced, stopped or held out does not depend on a request's attributes; what was only computed may.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from sluice.experiments.assigned_unit import AssignedUnit
from sluice.experiments.reasons import Reason

_SETTLED = frozenset({Reason.STORED, Reason.OVERRIDE, Reason.KILL_SWITCH, Reason.HOLDOUT})
_UNITS_HELD = 10_000


class SettledUnits:
    """Remembers a unit until what decided it may have changed; one object for all its requests, without attributes."""

    def __init__(self, timer_ns: Callable[[], int]) -> None:
        self._timer_ns = timer_ns
        self._held: OrderedDict[tuple[str, str, bool], tuple[int, AssignedUnit]] = OrderedDict()

    def find(self, unit_type: Any, unit_id: str, *, is_from_parameters: bool) -> AssignedUnit | None:
        """What was decided of the unit that a request names so, checked or not; None if it has to be decided."""
        held = self._held.get((unit_type, unit_id, is_from_parameters))
        return held[1] if held is not None and self._timer_ns() < held[0] else None

    def keep(self, assigned: AssignedUnit, *, until_ns: int) -> None:
        """Remember it, if it is settled, until then by the timer."""
        if assigned.failure is None and all(it.reason in _SETTLED for it in assigned.assignments):
            unit = assigned.unit._replace(attributes={})
            name = unit.unit_type, unit.unit_id, unit.is_from_parameters
            self._held[name] = until_ns, assigned._replace(unit=unit)
            self._held.move_to_end(name)
            if len(self._held) > _UNITS_HELD:
                self._held.popitem(last=False)
