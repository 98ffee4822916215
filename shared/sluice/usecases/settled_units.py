"""Units whose assignments can be nothing else until definitions or their state change: not decided again.

What was stored, forced, stopped or held out does not depend on a request's attributes; what was only computed may.
"""

from collections import OrderedDict

from sluice.experiments.assigned_unit import AssignedUnit
from sluice.experiments.decider import Decider
from sluice.experiments.reasons import Reason
from sluice.experiments.unit_request import UnitRequest
from sluice.experiments.unit_state import UnitState

_SETTLED = frozenset({Reason.STORED, Reason.OVERRIDE, Reason.KILL_SWITCH, Reason.HOLDOUT})
_UNITS_HELD = 10_000


class SettledUnits:
    """Remembers by the very snapshot and the very state that decided; another of either is another decision."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, str], tuple[Decider, UnitState, AssignedUnit]] = OrderedDict()

    def find(self, unit: UnitRequest, decider: Decider, state: UnitState) -> AssignedUnit | None:
        """What was decided of the unit, for this request of it; None if it has to be decided."""
        held = self._held.get((unit.unit_type, unit.unit_id))
        if held is None or held[0] is not decider or held[1] is not state:
            return None
        return AssignedUnit(unit, *held[2][1:])

    def keep(self, assigned: AssignedUnit, decider: Decider, state: UnitState) -> None:
        """Remember it, if it is settled."""
        if assigned.failure is None and all(it.reason in _SETTLED for it in assigned.assignments):
            name = assigned.unit.unit_type, assigned.unit.unit_id
            self._held[name] = decider, state, assigned
            self._held.move_to_end(name)
            if len(self._held) > _UNITS_HELD:
                self._held.popitem(last=False)
