"""Explain what a unit gets now: from the definitions and the state that a function would read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sluice.clock import Clock
from sluice.errors import StoreUnavailable
from sluice.experiments.conditions import LanguageOver
from sluice.experiments.decider import Decider
from sluice.experiments.explanation import Explanation, explain
from sluice.experiments.ports import SnapshotReader, UnitAssignments
from sluice.experiments.snapshot import decode_model_snapshot
from sluice.experiments.snapshot_subject import subject_of
from sluice.experiments.unit import checked_unit_id, checked_unit_type
from sluice.experiments.unit_state import UnitState


@dataclass(frozen=True, slots=True)
class ExplainedUnit:
    """What is explained, and the snapshot that it holds for; 0 where a model has none."""

    explanations: tuple[Explanation, ...]
    snapshot_number: int
    state_failure: str | None = None


@dataclass(frozen=True, slots=True)
class ExplainPorts:
    """What a function would read."""

    snapshots: SnapshotReader
    units: UnitAssignments
    language_over: LanguageOver
    clock: Clock


def explain_assignment(
    model: str, unit_type: str, unit_id: str, *, attributes: Mapping[str, Any], ports: ExplainPorts
) -> ExplainedUnit:
    """Every rule for every running experiment of the model, and the result; nothing is written.

    Without the unit's state it explains the computed variant. Raises InvalidUnit, StoreUnavailable for the snapshot.
    """
    unit_type, unit_id = checked_unit_type(unit_type, "unit type"), checked_unit_id(unit_id, "unit")
    stored = ports.snapshots.find_snapshot(subject_of(model))
    if stored is None:
        return ExplainedUnit((), 0)
    decider = Decider(decode_model_snapshot(stored), ports.language_over)
    state, failure = _state(unit_type, unit_id, ports)
    explained = explain(decider, unit_type, unit_id, attributes=attributes, state=state)
    return ExplainedUnit(tuple(explained), stored.number, failure)


def _state(unit_type: str, unit_id: str, ports: ExplainPorts) -> tuple[UnitState | None, str | None]:
    try:
        return ports.units.load(unit_type, unit_id, now=ports.clock.now()), None
    except StoreUnavailable as error:
        return None, str(error)
