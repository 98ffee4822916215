"""The state of units within a time budget."""

from datetime import datetime

from sluice.adapters.deadline import Deadline
from sluice.experiments.ports import UnitStore
from sluice.experiments.unit_state import Override, StoredAssignment, UnitState


class TimelyUnits:
    """`experiments.ports.UnitStore` over another, each call within the deadline.

    What is late raises StoreUnavailable, and a late write may still arrive: the next read tells.
    """

    def __init__(self, units: UnitStore, deadline: Deadline) -> None:
        self._units = units
        self._deadline = deadline

    def load(self, unit_type: str, unit_id: str, *, now: datetime) -> UnitState:
        """See the port."""
        return self._deadline.call(lambda: self._units.load(unit_type, unit_id, now=now))

    def put_if_absent(self, unit_type: str, unit_id: str, assignment: StoredAssignment) -> StoredAssignment:
        """See the port."""
        return self._deadline.call(lambda: self._units.put_if_absent(unit_type, unit_id, assignment))

    def mark_crossed_over(self, unit_type: str, unit_id: str, experiment: str) -> None:
        """See the port."""
        self._deadline.call(lambda: self._units.mark_crossed_over(unit_type, unit_id, experiment))

    def put_override(self, unit_type: str, unit_id: str, override: Override) -> None:
        """See the port."""
        self._deadline.call(lambda: self._units.put_override(unit_type, unit_id, override))

    def remove_override(self, unit_type: str, unit_id: str, subject: str) -> bool:
        """See the port."""
        return self._deadline.call(lambda: self._units.remove_override(unit_type, unit_id, subject))
