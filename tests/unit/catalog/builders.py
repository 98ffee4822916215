"""Valid catalog values, each overridable by keyword, and a folder with a manifest in it."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from sluice.catalog.approval import Approval, ApprovalState, HistoryEvent
from sluice.catalog.artefact import Artefact, ArtefactFile
from sluice.catalog.model import Model, RiskTier
from sluice.catalog.model_version import GoldenExample, Lineage, ModelVersion
from sluice.catalog.release import Release, ReleaseContent, ReleasedVersion, ReleaseSettings
from sluice.catalog.release_document import content_digest
from sluice.catalog.signature import Signature, TensorSpec
from sluice.catalog.version_document import promise_digest
from tests import onnx_graphs

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
AFFINE_SIGNATURE = Signature((TensorSpec("x", "FP32", (-1, 3)),), (TensorSpec("scores", "FP32", (-1, 2)),))


class _WithoutAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


class FixedClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOON


def a_model(name: str = "churn", **facts: Any) -> Model:
    return replace(Model(name, "growth", "Who will leave?", RiskTier.LOW, 50), **facts)


def an_event(model: str = "churn", action: str = "noted", **facts: Any) -> HistoryEvent:
    return replace(HistoryEvent(model, None, action, "ada", NOON, "because"), **facts)


def an_approval(state: ApprovalState = ApprovalState.PENDING) -> Approval:
    return Approval(state, "ada", NOON, "because")


def an_artefact(content: str = "a", size_bytes: int = 100) -> Artefact:
    return Artefact((ArtefactFile("model.onnx", content * 64, size_bytes),))


def a_version(number: int = 1, state: ApprovalState = ApprovalState.PENDING, **facts: Any) -> ModelVersion:
    version = ModelVersion(
        model="churn",
        number=number,
        artefact=an_artefact(),
        signature=AFFINE_SIGNATURE,
        feature_names=("age", "visits", "spend"),
        output_meaning={"scores": "stay, leave"},
        lineage=Lineage("s3://data/churn.csv", "b" * 64, "0123abc", ("churn/7",)),
        metrics={"accuracy": 0.75},
        golden_examples=(GoldenExample("one", {"x": [[1.0, 1.0, 1.0]]}, {"scores": [[2.0, 0.75]]}, 1e-6),),
        card="# Churn",
        manifest_digest="",
        registered_by="ada",
        registered_at=NOON,
        approval=an_approval(state),
    )
    version = replace(version, **facts)
    return replace(version, manifest_digest=promise_digest(version))


def a_content(default_version: int = 1, versions: tuple[int, ...] = (1,), **facts: Any) -> ReleaseContent:
    released = {number: ReleasedVersion(number, an_artefact(), AFFINE_SIGNATURE) for number in versions}
    content = ReleaseContent(a_model(), default_version, (default_version,), released, ReleaseSettings())
    return replace(content, **facts)


def a_release(number: int = 1, content: ReleaseContent | None = None) -> Release:
    content = content or a_content()
    return Release(number, content, content_digest(content), "ada", NOON, "because")


def a_manifest(**changes: Any) -> dict[str, Any]:
    """The manifest of `onnx_graphs.affine()`; a change of None takes the field away."""
    document: dict[str, Any] = {
        "model": {
            "name": "churn",
            "owner": "growth",
            "description": "Who will leave?",
            "risk_tier": "low",
            "latency_budget_ms": 50,
        },
        "artefact": "model.onnx",
        "feature_names": ["age", "visits", "spend"],
        "output_meaning": {"scores": "stay, leave"},
        "lineage": {
            "training_data_uri": "s3://data/churn.csv",
            "training_data_digest": "b" * 64,
            "code_commit": "",
        },
        "metrics": {"accuracy": 0.75},
        "golden_examples": [
            {"name": "one", "inputs": {"x": [[1.0, 1.0, 1.0]]}, "outputs": {"scores": [[2.0, 0.75]]}, "tolerance": 1e-6}
        ],
        "card": "card.md",
    }
    document |= changes
    return {name: value for name, value in document.items() if value is not None}


def write_manifest(folder: Path, onnx: bytes | None = None, **changes: Any) -> Path:
    """A folder that `read_manifest` accepts, unless the changes say otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(onnx_graphs.affine() if onnx is None else onnx)
    (folder / "card.md").write_text("# Churn\n")
    (folder / "model.yaml").write_text(yaml.dump(a_manifest(**changes), Dumper=_WithoutAliases))
    return folder
