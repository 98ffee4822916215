"""The snapshot of a model's running experiments: what functions read, compact and whole.

JSON, sorted and compressed; the digest is the text's, so that the same definitions have the same one. `attributes` is
the schema of all conditions together; a namespace lists [first, end, position of the owner in `experiments`].
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from sluice.errors import InvalidDefinition, StoreUnavailable
from sluice.experiments.attributes import AttributeType
from sluice.experiments.experiment import Experiment
from sluice.experiments.namespace import Namespace
from sluice.experiments.ports import StoredSnapshot
from sluice.experiments.running_experiment import to_entry


def subject_of(model: str) -> str:
    """What a model's snapshot is stored under."""
    return f"model:{model}"


@dataclass(frozen=True, slots=True)
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
    text = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    return StoredSnapshot(subject_of(model), number, sha256(text).hexdigest(), zlib.compress(text, 9))


def decode_model_snapshot(stored: StoredSnapshot) -> ModelSnapshot:
    """The snapshot. Raises StoreUnavailable for content that is not one, or whose digest is another."""
    try:
        document = orjson.loads(_checked_text(stored))
        return ModelSnapshot(
            stored.number,
            stored.digest,
            bytes.fromhex(document["unit_hash_key"]),
            {name: AttributeType(kind) for name, kind in document["attributes"].items()},
            document["namespaces"],
            document["experiments"],
        )
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise StoreUnavailable(f"snapshot {stored.subject}", f"it cannot be read: {error!r}") from error


def _checked_text(stored: StoredSnapshot) -> bytes:
    text = zlib.decompress(stored.content)
    if sha256(text).hexdigest() != stored.digest:
        raise ValueError("its content does not have its digest")
    return text


def merged_attributes(experiments: Iterable[Experiment]) -> dict[str, AttributeType]:
    """One schema for all. Raises InvalidDefinition that names both experiments where they disagree."""
    merged: dict[str, AttributeType] = {}
    first: dict[str, str] = {}
    for experiment in experiments:
        for name, kind in experiment.attributes.items():
            if merged.setdefault(name, kind) is not kind:
                rule = f"it is {kind} here and {merged[name]} in experiment {first[name]!r}"
                raise InvalidDefinition(experiment.subject, f"attributes.{name}", rule)
            first.setdefault(name, experiment.key)
    return merged


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
