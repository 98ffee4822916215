"""What decides in this function which variant a unit gets: snapshot, unit states, sources, put together.

Deciding is imported when there is a snapshot to decide by, or a unit to decide for: a function whose model has no
experiment starts without it.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from functions.inference.instruments import Instruments
from functions.inference.settings import InferenceSettings
from sluice.errors import StoreUnavailable
from sluice.experiments.snapshot_subject import subject_of
from sluice.experiments.unit_parameters import UNIT
from sluice.frozen import frozen
from sluice.usecases.held_snapshot import HeldSnapshot

if TYPE_CHECKING:
    from sluice.experiments.assigned_unit import AssignedUnit
    from sluice.experiments.decider import Decider
    from sluice.experiments.ports import SnapshotReader, StoredSnapshot, UnitAssignments
    from sluice.usecases.assign_unit import UnitAssigner


@frozen
class ExperimentStores:
    """Where definitions and units are."""

    snapshots: "SnapshotReader"
    units: "UnitAssignments"


class ExperimentPlane:
    """`serve_prediction.AssignUnit` over these stores, with the settings' caches; nothing is read yet."""

    def __init__(self, settings: InferenceSettings, *, stores: ExperimentStores, instruments: Instruments) -> None:
        self._settings, self._stores, self._instruments = settings, stores, instruments
        self._snapshot = HeldSnapshot(
            stores.snapshots,
            subject_of(settings.model),
            decode=_prepared,
            cache_seconds=settings.snapshot_cache_seconds,
            timer_ns=instruments.timer_ns,
        )

    def warm_up(self) -> None:
        """Read the definitions. That opens the connection too: within a unit's budget there is no time for it."""
        if self._snapshot.get().value is not None:
            self._assigner  # noqa: B018 - made here, so that no request waits for its imports

    def __call__(self, parameters: Mapping[str, Any], claims: Mapping[str, Any]) -> "AssignedUnit | None":
        """The request's assignments, None if it names no unit. Raises InvalidUnit."""
        if UNIT not in parameters and not self._settings.unit_claim:
            return None
        return self._assigner(parameters, claims)

    @cached_property
    def _assigner(self) -> "UnitAssigner":
        from sluice.experiments.unit_request import UnitSources
        from sluice.usecases.assign_unit import AssignmentPorts, UnitAssigner
        from sluice.usecases.settled_units import SettledUnits
        from sluice.usecases.unit_states import UnitStates

        clock, timer_ns = self._instruments.clock, self._instruments.timer_ns
        cache_seconds = self._settings.unit_state_cache_seconds
        states = UnitStates(self._stores.units, clock=clock, cache_seconds=cache_seconds, timer_ns=timer_ns)
        claims = tuple(filter(None, self._settings.attribute_claims.split(",")))
        ports = AssignmentPorts(self._snapshot, states, clock, SettledUnits(timer_ns))
        return UnitAssigner(ports, UnitSources(self._settings.unit_claim, claims))


def _prepared(stored: "StoredSnapshot") -> "Decider":
    from sluice.adapters.cel_conditions import CelLanguage
    from sluice.experiments.decider import Decider
    from sluice.experiments.snapshot import decode_model_snapshot

    try:
        return Decider(decode_model_snapshot(stored), CelLanguage)
    except (KeyError, TypeError, ValueError) as error:
        raise StoreUnavailable(f"snapshot {stored.subject}", f"it cannot be prepared: {error!r}") from error
