"""The state of units in this process's memory: the same conditions as the table's, under one lock."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from threading import Lock

from sluice.experiments.unit_state import Override, StoredAssignment, UnitState

_Unit = tuple[str, str]


class MemoryUnits:
    """`experiments.ports.UnitStore` for tests and demonstrations; nothing survives the process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._assignments: defaultdict[_Unit, dict[str, StoredAssignment]] = defaultdict(dict)
        self._overrides: defaultdict[_Unit, dict[str, Override]] = defaultdict(dict)

    def load(self, unit_type: str, unit_id: str, *, now: datetime) -> UnitState:
        """See the port."""
        unit = unit_type, unit_id
        with self._lock:
            return UnitState(
                {key: it for key, it in self._assignments.get(unit, {}).items() if it.expires_at > now},
                {key: it for key, it in self._overrides.get(unit, {}).items() if it.expires_at > now},
            )

    def put_if_absent(self, unit_type: str, unit_id: str, assignment: StoredAssignment) -> StoredAssignment:
        """See the port. What expired by `assigned_at` is replaced; expiry is kept to the second."""
        wanted = replace(assignment, expires_at=assignment.expires_at.replace(microsecond=0))
        with self._lock:
            assignments = self._assignments[unit_type, unit_id]
            stored = assignments.get(assignment.experiment)
            if stored is None or stored.expires_at <= assignment.assigned_at:
                assignments[assignment.experiment] = wanted
            return assignments[assignment.experiment]

    def mark_crossed_over(self, unit_type: str, unit_id: str, experiment: str) -> None:
        """See the port."""
        with self._lock:
            assignments = self._assignments.get((unit_type, unit_id), {})
            if experiment in assignments:
                assignments[experiment] = replace(assignments[experiment], crossed_over=True)

    def put_override(self, unit_type: str, unit_id: str, override: Override) -> None:
        """See the port. Expiry is kept to the second."""
        wanted = replace(override, expires_at=override.expires_at.replace(microsecond=0))
        with self._lock:
            self._overrides[unit_type, unit_id][override.subject] = wanted

    def remove_override(self, unit_type: str, unit_id: str, subject: str) -> bool:
        """See the port."""
        with self._lock:
            return self._overrides.get((unit_type, unit_id), {}).pop(subject, None) is not None
