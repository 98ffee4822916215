"""Models and model versions as JSON documents and as tables."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sluice.catalog.approval import HistoryEvent
from sluice.catalog.document_parts import model_to_document
from sluice.catalog.model import Model
from sluice.catalog.model_version import ModelVersion
from sluice.catalog.registry_documents import event_to_document
from sluice.catalog.signature import TensorSpec
from sluice.catalog.version_document import approval_to_document, version_to_document
from sluice.cli.output import printable, table

if TYPE_CHECKING:
    from rich.console import Console

_CARD_WIDTH = 100


def list_document(models: Sequence[Model], versions: dict[str, Sequence[ModelVersion]]) -> list[dict[str, Any]]:
    """Each model with the number and approval of its versions."""
    return [
        {**model_to_document(model), "model_versions": [version_summary(each) for each in versions[model.name]]}
        for model in models
    ]


def version_summary(version: ModelVersion) -> dict[str, Any]:
    """A model version in one line: what `register`, `approve` and the lists show."""
    return {
        "model": version.model,
        "model_version": version.number,
        "approval": approval_to_document(version.approval),
        "digest": version.artefact.digest,
        "size_bytes": version.artefact.size_bytes,
        "registered_by": version.registered_by,
        "registered_at": version.registered_at.isoformat(),
    }


def model_document(model: Model, versions: Sequence[ModelVersion], history: Sequence[HistoryEvent]) -> dict[str, Any]:
    """A model, its versions in short, and everything that happened to it."""
    return {
        **model_to_document(model),
        "model_versions": [version_summary(each) for each in versions],
        "history": [event_to_document(event) for event in history],
    }


def version_document(version: ModelVersion) -> dict[str, Any]:
    """Everything that is known of a model version."""
    return {**version_summary(version), **version_to_document(version)}


def render_list(document: list[dict[str, Any]], console: "Console") -> None:
    """One line per model."""
    rows = (
        (each["name"], each["risk_tier"], _states(each["model_versions"]), each["owner"], each["description"])
        for each in document
    )
    console.print(table(["Model", "Risk", "Versions", "Owner", "Description"], rows))


def render_model(document: dict[str, Any], console: "Console") -> None:
    """Facts, versions, history."""
    _render_facts(document, ("name", "description", "owner", "risk_tier", "latency_budget_ms"), console)
    render_versions(document["model_versions"], console)
    events = (
        (each["at"], each["action"], each["model_version"], each["by"], each["why"]) for each in document["history"]
    )
    console.print(table(["At", "What", "Version", "By", "Why"], events))


def render_versions(summaries: Sequence[dict[str, Any]], console: "Console") -> None:
    """One line per model version."""
    rows = (
        (
            each["model_version"],
            each["approval"]["state"],
            each["approval"]["by"],
            each["digest"][:12],
            each["size_bytes"],
        )
        for each in summaries
    )
    console.print(table(["Version", "Approval", "By", "Digest", "Bytes"], rows))


def render_version(version: ModelVersion, console: "Console") -> None:
    """Approval, tensors, metrics and the model card."""
    from rich.markdown import Markdown

    render_versions([version_summary(version)], console)
    console.print(table(["Tensor", "Datatype", "Shape", "Meaning"], _tensor_rows(version)))
    console.print(table(["Metric", "Value"], version.metrics.items()))
    console.print(Markdown(printable(version.card)), width=min(console.width, _CARD_WIDTH))


def _tensor_rows(version: ModelVersion) -> list[tuple[str, str, str, str]]:
    features = ", ".join(version.feature_names)
    inputs = [(*_tensor(spec), features) for spec in version.signature.inputs]
    return inputs + [(*_tensor(spec), version.output_meaning.get(spec.name, "")) for spec in version.signature.outputs]


def _tensor(spec: TensorSpec) -> tuple[str, str, str]:
    return spec.name, spec.datatype, str(list(spec.shape))


def _states(summaries: Sequence[dict[str, Any]]) -> str:
    return ", ".join(f"{each['model_version']} {each['approval']['state']}" for each in summaries)


def _render_facts(document: dict[str, Any], names: Sequence[str], console: "Console") -> None:
    console.print(table(["", ""], ((name.replace("_", " "), document[name]) for name in names)))
