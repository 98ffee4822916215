"""A manifest, its artefact and its signature put together: the model version that would be registered."""

import math
from dataclasses import replace
from datetime import datetime

from sluice.catalog.approval import Approval, ApprovalState
from sluice.catalog.artefact import Artefact
from sluice.catalog.canonical_json import to_canonical_bytes
from sluice.catalog.manifest import Manifest
from sluice.catalog.model import Model, RiskTier
from sluice.catalog.model_version import GoldenExample, Lineage, ModelVersion
from sluice.catalog.signature import Signature
from sluice.catalog.version_document import promise_digest, version_to_document

DOCUMENT_LIMIT_BYTES = 360_000
"""A DynamoDB item holds 400 KB; keys, approval and a reserve take the rest."""


def model_of(manifest: Manifest) -> Model:
    """The facts of the model as the manifest states them."""
    facts = manifest.model
    return Model(facts.name, facts.owner, facts.description, RiskTier(facts.risk_tier), facts.latency_budget_ms)


def golden_examples_of(manifest: Manifest) -> tuple[GoldenExample, ...]:
    """The golden examples as the manifest states them."""
    return tuple(
        GoldenExample(each.name, each.inputs, each.outputs, float(each.tolerance)) for each in manifest.golden_examples
    )


def disagreements(manifest: Manifest, signature: Signature) -> list[str]:
    """Where the manifest says something that the graph does not bear out, one sentence each."""
    outputs = [output.name for output in signature.outputs]
    problems = [
        f"output_meaning.{name}: there is no such output, the graph has {', '.join(outputs)}"
        for name in manifest.output_meaning
        if name not in outputs
    ]
    problems += _unwatchable(manifest, signature)
    feature_count = _feature_count(signature)
    if manifest.feature_names and feature_count not in (None, len(manifest.feature_names)):
        found, shape = len(manifest.feature_names), list(signature.inputs[0].shape)
        problems.append(f"feature_names: found {found} names, allowed: {feature_count}, the graph takes {shape}")
    return problems


def pending_version(
    manifest: Manifest, artefact: Artefact, signature: Signature, *, by: str, at: datetime
) -> ModelVersion:
    """The version that the manifest asks for, numbered 0 until it has its place."""
    lineage = manifest.lineage
    version = ModelVersion(
        model=manifest.model.name,
        number=0,
        artefact=artefact,
        signature=signature,
        feature_names=tuple(manifest.feature_names),
        output_meaning=dict(manifest.output_meaning),
        lineage=Lineage(
            lineage.training_data_uri, lineage.training_data_digest, lineage.code_commit, tuple(lineage.parents)
        ),
        metrics={name: float(value) for name, value in manifest.metrics.items()},
        golden_examples=golden_examples_of(manifest),
        card=manifest.card,
        manifest_digest="",
        registered_by=by,
        registered_at=at,
        approval=Approval(ApprovalState.PENDING, by, at, "registered"),
        reference=_reference_of(manifest),
    )
    return replace(version, manifest_digest=promise_digest(version))


def document_size_bytes(version: ModelVersion) -> int:
    """What the version takes in a store."""
    return len(to_canonical_bytes(version_to_document(version)))


def _reference_of(manifest: Manifest) -> dict[str, tuple[float, ...]]:
    outputs = manifest.reference.outputs if manifest.reference else {}
    return {name: tuple(map(float, each.edges)) for name, each in outputs.items()}


def _unwatchable(manifest: Manifest, signature: Signature) -> list[str]:
    """Bins are for numbers."""
    numbers = {spec.name for spec in signature.outputs if spec.datatype not in ("BYTES", "BOOL")}
    allowed = ", ".join(sorted(numbers)) or "none"
    return [
        f"reference.outputs.{name}: found no output of numbers with this name, allowed: {allowed}"
        for name in _reference_of(manifest)
        if name not in numbers
    ]


def _feature_count(signature: Signature) -> int | None:
    """How many features one row of a single-input graph has, or None if that is not fixed."""
    shape = signature.inputs[0].shape[1:]
    if len(signature.inputs) != 1 or not shape or -1 in shape:
        return None
    return math.prod(shape)
