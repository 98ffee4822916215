"""Definitions and units for a serving function: one client, and a time budget around every call."""

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from sluice.adapters.aws_wire.wires import Wires
from sluice.adapters.deadline import Deadline
from sluice.adapters.dynamodb_snapshots import DynamoSnapshots
from sluice.adapters.head_start import SnapshotHeadStart
from sluice.clock import SystemClock

if TYPE_CHECKING:  # most requests of most functions name no unit
    from sluice.adapters.dynamodb_calls import DynamoCalls
    from sluice.experiments.ports import SnapshotReader, StoredSnapshot, UnitAssignments
    from sluice.experiments.unit_state import StoredAssignment, UnitState

# Longer than a budget usually is: a connection that comes too late for one call is there for the next.
_CLIENT_BUDGET_MS = 1_000
# A snapshot is read every few seconds, and a kill switch comes by it.
_SNAPSHOT_BUDGET_MS = 500


class UnitsInTime:
    """`experiments.ports.UnitAssignments`, each call within the deadline or StoreUnavailable."""

    def __init__(self, units: "UnitAssignments", deadline: Deadline) -> None:
        self._units, self._deadline = units, deadline

    def load(self, unit_type: str, unit_id: str, *, now: datetime) -> "UnitState":
        """See the port."""
        return self._deadline.call(lambda: self._units.load(unit_type, unit_id, now=now))

    def put_if_absent(self, unit_type: str, unit_id: str, assignment: "StoredAssignment") -> "StoredAssignment":
        """See the port. A write that comes too late may still be done, and then stands."""
        return self._deadline.call(lambda: self._units.put_if_absent(unit_type, unit_id, assignment))


class UnitsOnDemand:
    """`experiments.ports.UnitAssignments` on a table, imported with the first unit."""

    def __init__(self, calls: "DynamoCalls", table_name: str) -> None:
        self._calls, self._table_name = calls, table_name

    def load(self, unit_type: str, unit_id: str, *, now: datetime) -> "UnitState":
        """See the port."""
        return self._units.load(unit_type, unit_id, now=now)

    def put_if_absent(self, unit_type: str, unit_id: str, assignment: "StoredAssignment") -> "StoredAssignment":
        """See the port."""
        return self._units.put_if_absent(unit_type, unit_id, assignment)

    @cached_property
    def _units(self) -> "UnitAssignments":
        from sluice.adapters.dynamodb_units import DynamoUnits

        return DynamoUnits(self._calls, self._table_name)


class SnapshotsInTime:
    """`experiments.ports.SnapshotReader`, each call within the deadline or StoreUnavailable."""

    def __init__(self, snapshots: "SnapshotReader", deadline: Deadline) -> None:
        self._snapshots, self._deadline = snapshots, deadline

    def find_snapshot(self, subject: str) -> "StoredSnapshot | None":
        """See the port."""
        return self._deadline.call(lambda: self._snapshots.find_snapshot(subject))

    def ahead(self, subject: str) -> SnapshotHeadStart:
        """The same, with the first answer about `subject` on its way at once, and without the deadline."""
        return SnapshotHeadStart(self, subject, first=self._snapshots)


def stores_in_time(
    experiments_table: str, units_table: str, *, unit_budget_ms: int, wires: Wires | None = None
) -> tuple[SnapshotsInTime, UnitsInTime]:
    """Both stores in the region and at the endpoint of the environment, or of `wires`; nothing is sent yet.

    Who grants units more than is usual grants the client and the snapshot as much.
    """
    calls = (wires or Wires(SystemClock())).dynamodb(budget_ms=max(_CLIENT_BUDGET_MS, unit_budget_ms))
    definitions = Deadline(max(_SNAPSHOT_BUDGET_MS, unit_budget_ms), store="definitions")
    snapshots = SnapshotsInTime(DynamoSnapshots(calls, experiments_table), definitions)
    return snapshots, UnitsInTime(UnitsOnDemand(calls, units_table), Deadline(unit_budget_ms))
