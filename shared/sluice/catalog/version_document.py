"""A model version and its approval as JSON documents, which is how stores keep them.

The readers raise KeyError, TypeError or ValueError for a document that is not ours.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sluice.catalog.approval import Approval, ApprovalState
from sluice.catalog.canonical_json import decode_numbers, digest_of, encode_numbers
from sluice.catalog.document_parts import (
    Document,
    artefact_from_document,
    artefact_to_document,
    reference_from_document,
    reference_to_document,
    signature_from_document,
    signature_to_document,
)
from sluice.catalog.model_version import GoldenExample, Lineage, ModelVersion


def version_to_document(version: ModelVersion) -> Document:
    """Everything but the approval, which alone may change."""
    return {
        **_promise(version),
        "number": version.number,
        "manifest_digest": version.manifest_digest,
        "registered_by": version.registered_by,
        "registered_at": version.registered_at.isoformat(),
    }


def version_from_document(document: Mapping[str, Any], approval: Approval) -> ModelVersion:
    """The inverse of `version_to_document`; the approval comes from beside it."""
    return ModelVersion(
        model=document["model"],
        number=document["number"],
        artefact=artefact_from_document(document["artefact"]),
        signature=signature_from_document(document["signature"]),
        feature_names=tuple(document["feature_names"]),
        output_meaning=document["output_meaning"],
        lineage=Lineage(**{**document["lineage"], "parents": tuple(document["lineage"]["parents"])}),
        metrics={name: float(value) for name, value in document["metrics"].items()},
        golden_examples=tuple(golden_from_document(each) for each in document["golden_examples"]),
        card=document["card"],
        manifest_digest=document["manifest_digest"],
        registered_by=document["registered_by"],
        registered_at=datetime.fromisoformat(document["registered_at"]),
        approval=approval,
        reference=reference_from_document(document),
    )


def promise_digest(version: ModelVersion) -> str:
    """What `ModelVersion.manifest_digest` must be."""
    return digest_of(_promise(version))


def differing_fields(version: ModelVersion, other: ModelVersion) -> list[str]:
    """The names of the fields in which two versions promise different things, in the order of declaration."""
    ours, theirs = _promise(version), _promise(other)
    return [name for name in ours if ours[name] != theirs[name]]


def approval_to_document(approval: Approval) -> Document:
    """State, who, when and why."""
    return {**asdict(approval), "at": approval.at.isoformat()}


def approval_from_document(document: Mapping[str, Any]) -> Approval:
    """The inverse of `approval_to_document`."""
    at = datetime.fromisoformat(document["at"])
    return Approval(ApprovalState(document["state"]), document["by"], at, document["why"])


def _promise(version: ModelVersion) -> Document:
    return {
        "model": version.model,
        "artefact": artefact_to_document(version.artefact),
        "signature": signature_to_document(version.signature),
        "feature_names": list(version.feature_names),
        "output_meaning": dict(version.output_meaning),
        "lineage": {**asdict(version.lineage), "parents": list(version.lineage.parents)},
        "metrics": dict(version.metrics),
        "golden_examples": [golden_to_document(each) for each in version.golden_examples],
        "card": version.card,
        **reference_to_document(version.reference),
    }


def golden_to_document(example: GoldenExample) -> Document:
    """A golden example, with numbers that canonical JSON cannot hold as tagged text."""
    return {
        "name": example.name,
        "inputs": encode_numbers(example.inputs),
        "outputs": encode_numbers(example.outputs),
        "tolerance": example.tolerance,
    }


def golden_from_document(document: Mapping[str, Any]) -> GoldenExample:
    """The inverse of `golden_to_document`."""
    return GoldenExample(
        name=document["name"],
        inputs={name: decode_numbers(value) for name, value in document["inputs"].items()},
        outputs={name: decode_numbers(value) for name, value in document["outputs"].items()},
        tolerance=float(document["tolerance"]),
    )
