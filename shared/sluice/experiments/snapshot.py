"""The snapshot of a model's running experiments: what functions read, compact and whole.

`attributes` is the schema of all conditions together; a namespace lists [first, end, position of the owner in
`experiments`].
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sluice.experiments.attributes import AttributeType
from sluice.experiments.experiment import Experiment
from sluice.experiments.namespace import Namespace
from sluice.experiments.ports import StoredSnapshot
from sluice.experiments.running_experiment import to_entry
from sluice.experiments.snapshot_content import merged_attributes, pack, read_attributes, unpack
from sluice.experiments.snapshot_subject import subject_of
from sluice.frozen import frozen


@frozen
class ModelSnapshot:
    """A decoded snapshot, not yet prepared for deciding."""

    number: int
    digest: str
    unit_hash_key: bytes
    attributes: Mapping[str, AttributeType]
    namespaces: Sequence[Mapping[str, Any]]
    experiments: Sequence[Mapping[str, Any]]


def encode_model_snapshot(
    model: str,
    *,
    experiments: Iterable[Experiment],
    namespaces: Iterable[Namespace],
    unit_hash_key: bytes,
    number: int,
) -> StoredSnapshot:
    """The snapshot of the model's running experiments, in the namespaces (as they will be) that own their slots.

    Raises InvalidDefinition where two experiments give one attribute different types.
    """
    running = sorted(experiments, key=lambda it: it.key)
    document = {
        "unit_hash_key": unit_hash_key.hex(),
        "attributes": merged_attributes(running),
        "namespaces": [_namespace(it, running) for it in sorted(namespaces, key=lambda it: (it.precedence, it.key))],
        "experiments": [to_entry(it) for it in running],
    }
    return pack(subject_of(model), number, document)


def decode_model_snapshot(stored: StoredSnapshot) -> ModelSnapshot:
    """The snapshot. Raises StoreUnavailable for content that is not one, or whose digest is another."""

    def read(document: Mapping[str, Any]) -> ModelSnapshot:
        return ModelSnapshot(
            stored.number,
            stored.digest,
            bytes.fromhex(document["unit_hash_key"]),
            read_attributes(document["attributes"]),
            document["namespaces"],
            document["experiments"],
        )

    return unpack(stored, read)


def _namespace(namespace: Namespace, running: Sequence[Experiment]) -> dict[str, Any]:
    position = {it.key: at for at, it in enumerate(running) if it.namespace == namespace.key}
    owned = [
        (*each, position[one.experiment]) for one in namespace.owned if one.experiment in position for each in one.slots
    ]
    return {
        "key": namespace.key,
        "unit_type": namespace.unit_type,
        "seed": namespace.draw_seed,
        "holdout_bps": namespace.holdout_bps,
        "slots": sorted(owned),
    }
