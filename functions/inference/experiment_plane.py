"""What decides in this function which variant a unit gets: snapshot, unit states, sources, put together."""

from dataclasses import dataclass

from functions.inference.instruments import Instruments
from functions.inference.settings import InferenceSettings
from sluice.errors import StoreUnavailable
from sluice.experiments.decider import Decider
from sluice.experiments.ports import SnapshotReader, StoredSnapshot, UnitAssignments
from sluice.experiments.snapshot import decode_model_snapshot, subject_of
from sluice.experiments.unit_request import UnitSources
from sluice.usecases.assign_unit import AssignmentPorts, UnitAssigner
from sluice.usecases.held_snapshot import HeldSnapshot
from sluice.usecases.unit_states import UnitStates


@dataclass(frozen=True, slots=True)
class ExperimentStores:
    """Where definitions and units are."""

    snapshots: SnapshotReader
    units: UnitAssignments


def build_assigner(settings: InferenceSettings, *, stores: ExperimentStores, instruments: Instruments) -> UnitAssigner:
    """Decides over these stores, with the settings' caches; reads nothing before the first unit comes."""
    snapshot = HeldSnapshot(
        stores.snapshots,
        subject_of(settings.model),
        decode=_prepared,
        cache_seconds=settings.snapshot_cache_seconds,
        timer_ns=instruments.timer_ns,
    )
    states = UnitStates(
        stores.units,
        clock=instruments.clock,
        cache_seconds=settings.unit_state_cache_seconds,
        timer_ns=instruments.timer_ns,
    )
    claims = tuple(filter(None, settings.attribute_claims.split(",")))
    return UnitAssigner(AssignmentPorts(snapshot, states, instruments.clock), UnitSources(settings.unit_claim, claims))


def _prepared(stored: StoredSnapshot) -> Decider:
    # A function whose model has no experiment never loads the condition language.
    from sluice.adapters.cel_conditions import CelLanguage

    try:
        return Decider(decode_model_snapshot(stored), CelLanguage)
    except (KeyError, TypeError, ValueError) as error:
        raise StoreUnavailable(f"snapshot {stored.subject}", f"it cannot be prepared: {error!r}") from error
