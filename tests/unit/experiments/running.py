"""Experiments as functions see them: built, put into a snapshot, and decided over."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sluice.adapters.cel_conditions import CelLanguage
from sluice.experiments.attributes import AttributeType
from sluice.experiments.decider import Decider
from sluice.experiments.experiment import Experiment, ExperimentState, Plan
from sluice.experiments.namespace import Namespace, Ownership
from sluice.experiments.ports import StoredSnapshot
from sluice.experiments.slot_ranges import SlotRange
from sluice.experiments.slots import SLOT_COUNT
from sluice.experiments.snapshot import decode_model_snapshot, encode_model_snapshot
from sluice.experiments.unit_state import StoredAssignment
from sluice.experiments.variant import Variant

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ALL_SLOTS = (SlotRange(0, SLOT_COUNT),)
SECRET = b"s" * 32
EVEN = (Variant("control", 5_000, 1), Variant("treatment", 5_000, 2))


def an_experiment(key: str = "exp-1", **changes: Any) -> Experiment:
    """Running on model "risk": version 1 against version 2, half and half, for everybody in namespace "main"."""
    members: dict[str, Any] = {
        "hypothesis": "version 2 is better",
        "owner": "team",
        "model": "risk",
        "namespace": "main",
        "slots": ALL_SLOTS,
        "variants": EVEN,
        "plan": Plan("accuracy"),
        "state": ExperimentState.RUNNING,
    }
    return Experiment(key, **members | changes)


def attributes(**types: str) -> dict[str, AttributeType]:
    return {name: AttributeType(kind) for name, kind in types.items()}


def owning(*experiments: Experiment, namespace: Namespace | None = None) -> Namespace:
    """The namespace (default "main") with the slots of these experiments owned by them."""
    owned = tuple(Ownership(it.key, it.slots) for it in experiments)
    base = namespace or Namespace("main")
    return Namespace(base.key, base.unit_type, base.seed, base.holdout_bps, base.precedence, owned=owned)


def a_snapshot(
    experiments: Sequence[Experiment], namespaces: Sequence[Namespace] | None = None, number: int = 1
) -> StoredSnapshot:
    spaces = [owning(*experiments)] if namespaces is None else namespaces
    return encode_model_snapshot(
        "risk", experiments=experiments, namespaces=spaces, unit_hash_key=SECRET, number=number
    )


def a_decider(*experiments: Experiment, namespaces: Sequence[Namespace] | None = None) -> Decider:
    return Decider(decode_model_snapshot(a_snapshot(experiments, namespaces)), CelLanguage)


def stored(experiment: str = "exp-1", variant: str = "treatment", **changes: Any) -> StoredAssignment:
    members: Mapping[str, Any] = {
        "propensity_bps": 5_000,
        "allocation_version": 1,
        "experiment_revision": 1,
        "namespace_draw": "main:main",
        "slot": 0,
        "assigned_at": NOW,
        "expires_at": NOW + timedelta(days=400),
    }
    return StoredAssignment(experiment, variant, **{**members, **changes})
