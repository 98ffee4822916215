"""A model version: an artefact and everything that was promised about it, immutable once registered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sluice.catalog.approval import Approval
from sluice.catalog.artefact import Artefact
from sluice.catalog.signature import Signature


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where the artefact came from. `parents` are model versions, as "name/number"."""

    training_data_uri: str
    training_data_digest: str
    code_commit: str
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoldenExample:
    """Inputs with the outputs that they must give: |output - expected| <= tolerance, strings equal.

    `inputs` and `outputs` map tensor names to nested lists of JSON values.
    """

    name: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    tolerance: float


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One registered version. Only `approval` ever changes, and each change is in the history.

    `output_meaning` says in words what each output is; `card` is Markdown;
    `manifest_digest` is the SHA-256 of the canonical JSON of everything but number, approval and registration,
    so that the same promise about the same artefact is recognised whichever number it asks for. `reference` are the
    frozen bins of outputs, by name: n + 1 ascending edges of n bins; no entry for an output that nobody watches.
    """

    model: str
    number: int
    artefact: Artefact
    signature: Signature
    feature_names: tuple[str, ...]
    output_meaning: Mapping[str, str]
    lineage: Lineage
    metrics: Mapping[str, float]
    golden_examples: tuple[GoldenExample, ...]
    card: str
    manifest_digest: str
    registered_by: str
    registered_at: datetime
    approval: Approval
    reference: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
