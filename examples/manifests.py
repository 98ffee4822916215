"""Writes a `model.yaml`: the facts of a recipe, and what was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from examples.datasets import DataSet
from examples.recipes import Recipe

_HEADING = "# Written by examples/build.py; `sluice model register` reads it.\n"


@dataclass(frozen=True, slots=True)
class Measured:
    """On held-out rows: figures, and by output the edges of its bins."""

    metrics: Mapping[str, float]
    edges: Mapping[str, Sequence[float]]


def manifest_text(recipe: Recipe, data: DataSet, measured: Measured, *, code_commit: str) -> str:
    """The manifest of one model version."""
    return _HEADING + yaml.safe_dump(
        _document(recipe, data, measured, code_commit), sort_keys=False, width=110, allow_unicode=True
    )


def _document(recipe: Recipe, data: DataSet, measured: Measured, code_commit: str) -> dict[str, Any]:
    subject = recipe.subject
    return {
        "model": {
            "name": subject.name,
            "owner": subject.owner,
            "description": subject.description,
            "risk_tier": subject.risk_tier,
            "latency_budget_ms": subject.latency_budget_ms,
        },
        "version": recipe.model_version,
        "artefact": "model.onnx",
        "feature_names": list(data.feature_names),
        "output_meaning": dict(subject.outputs),
        "lineage": {
            "training_data_uri": data.uri,
            "training_data_digest": data.digest,
            "code_commit": code_commit,
        },
        "metrics": dict(measured.metrics),
        "reference": {"outputs": {name: {"edges": list(edges)} for name, edges in measured.edges.items()}},
        "golden_examples": "golden.json",
        "card": "card.md",
    }
