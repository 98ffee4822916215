"""What model versions and releases have in common, as JSON documents and back.

The readers raise KeyError, TypeError or ValueError for a document that is not ours.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sluice.catalog.artefact import Artefact, ArtefactFile
from sluice.catalog.model import Model, RiskTier
from sluice.catalog.signature import Signature, TensorSpec

Document = dict[str, Any]


def model_to_document(model: Model) -> Document:
    """The facts of a model."""
    return asdict(model)


def model_from_document(document: Mapping[str, Any]) -> Model:
    """The inverse of `model_to_document`."""
    return Model(**{**document, "risk_tier": RiskTier(document["risk_tier"])})


def artefact_to_document(artefact: Artefact) -> list[Document]:
    """The files of an artefact, the .onnx file first."""
    return [asdict(file) for file in artefact.files]


def artefact_from_document(files: list[Document]) -> Artefact:
    """The inverse of `artefact_to_document`."""
    return Artefact(tuple(ArtefactFile(**file) for file in files))


def reference_to_document(reference: Mapping[str, tuple[float, ...]]) -> Document:
    """The member that holds the frozen bins; none without any, so that digests of before there were any stay."""
    return {"reference": {name: list(edges) for name, edges in reference.items()}} if reference else {}


def reference_from_document(document: Mapping[str, Any]) -> dict[str, tuple[float, ...]]:
    """The frozen bins of the document that holds the member, or does not."""
    return {name: tuple(map(float, edges)) for name, edges in document.get("reference", {}).items()}


def signature_to_document(signature: Signature) -> Document:
    """Inputs and outputs in the graph's order."""
    return {
        side: [{"name": spec.name, "datatype": spec.datatype, "shape": list(spec.shape)} for spec in specs]
        for side, specs in (("inputs", signature.inputs), ("outputs", signature.outputs))
    }


def signature_from_document(document: Mapping[str, Any]) -> Signature:
    """The inverse of `signature_to_document`."""
    return Signature(_specs(document["inputs"]), _specs(document["outputs"]))


def _specs(documents: list[Document]) -> tuple[TensorSpec, ...]:
    return tuple(TensorSpec(each["name"], each["datatype"], tuple(each["shape"])) for each in documents)
