"""Experiments to decide over, in the sizes that the table compares."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sluice.adapters.cel_conditions import CelLanguage
from sluice.adapters.memory_definitions import MemoryDefinitions
from sluice.adapters.memory_units import MemoryUnits
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

UNIT = "user-123456"
ATTRIBUTES = {"country": "DE", "age": 30}
UNIT_PARAMETERS = {"sluice_unit": UNIT, **{f"sluice_attr_{name}": value for name, value in ATTRIBUTES.items()}}
"""How a request names the unit and what is known of it."""
NOW = datetime(2026, 11, 21, tzinfo=UTC)

CONDITION = 'country == "DE" && age > 18'
_TYPES = {"country": AttributeType.STRING, "age": AttributeType.INT}


def one_experiment(model: str = "bench", versions: tuple[int, int] = (1, 2)) -> StoredSnapshot:
    """One experiment with one condition, for every slot."""
    return _snapshot([_experiment("one", "main", (0, SLOT_COUNT), versions=versions, model=model)], model)


def thousand_experiments() -> StoredSnapshot:
    """A thousand in one namespace, each with a condition; a unit's slot belongs to one of them."""
    width = SLOT_COUNT // 1_000
    return _snapshot([_experiment(f"e{at:04}", "main", (at * width, (at + 1) * width)) for at in range(1_000)])


def hundred_experiments(conditions: Sequence[str]) -> StoredSnapshot:
    """A hundred in as many namespaces, with these conditions in turn: a unit is in all of them."""
    return _snapshot(
        [
            _experiment(f"e{at:03}", f"n{at:03}", (0, SLOT_COUNT), condition=conditions[at % len(conditions)])
            for at in range(100)
        ]
    )


def decider_of(snapshot: StoredSnapshot) -> Decider:
    """As an inference function prepares it."""
    return Decider(decode_model_snapshot(snapshot), CelLanguage)


def stores_with(snapshot: StoredSnapshot, unit_id: str) -> tuple[MemoryDefinitions, MemoryUnits]:
    """Definitions and units in memory; the unit's assignment to experiment "one" is stored."""
    definitions, units = MemoryDefinitions(), MemoryUnits()
    definitions.commit([], snapshot)
    later = NOW + timedelta(days=3_650)
    units.put_if_absent("user", unit_id, StoredAssignment("one", "treatment", 5_000, 1, 1, "main:main", 0, NOW, later))
    return definitions, units


def _experiment(
    key: str,
    namespace: str,
    slots: tuple[int, int],
    *,
    condition: str = CONDITION,
    versions: tuple[int, int] = (1, 2),
    model: str = "bench",
) -> Experiment:
    return Experiment(
        key,
        hypothesis="to be timed",
        owner="bench",
        model=model,
        namespace=namespace,
        slots=(SlotRange(*slots),),
        variants=(Variant("control", 5_000, versions[0]), Variant("treatment", 5_000, versions[1])),
        plan=Plan("accuracy"),
        eligibility=condition,
        attributes=_TYPES,
        state=ExperimentState.RUNNING,
    )


def _snapshot(experiments: list[Experiment], model: str = "bench") -> StoredSnapshot:
    keys = sorted({it.namespace for it in experiments})
    namespaces = [
        Namespace(key, owned=tuple(Ownership(it.key, it.slots) for it in experiments if it.namespace == key))
        for key in keys
    ]
    return encode_model_snapshot(
        model, experiments=experiments, namespaces=namespaces, unit_hash_key=bytes(32), number=1
    )
