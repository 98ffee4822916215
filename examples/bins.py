"""Frozen bins: what a rollout counts predictions by, from rows that the model has not seen."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from examples.datasets import Split
from examples.golden import expected_outputs
from examples.recipes import Recipe

_DIGITS = 6


def frozen_bins(recipe: Recipe, estimator: Any, data: Split) -> dict[str, list[float]]:
    """By output of numbers its edges: one bin for each class, else deciles of all elements of the output.

    The ends are those of a probability, or the whole numbers around every prediction.
    """
    outputs = expected_outputs(recipe, estimator, data.test_rows)
    edges = {name: _edges(values, getattr(estimator, "classes_", None)) for name, values in outputs.items()}
    return {name: found for name, found in edges.items() if found}


def _edges(values: NDArray[Any], classes: NDArray[Any] | None) -> list[float]:
    if values.dtype.kind == "f":
        low, *deciles, high = np.quantile(values, np.linspace(0, 1, 11))
        ends = (np.floor(low), np.ceil(high)) if classes is None else (0, 1)
        return _ascending([ends[0], *deciles, ends[1]])
    if values.dtype.kind == "i" and classes is not None:
        return [float(classes[0]) - 0.5, *(float(each) + 0.5 for each in classes)]
    return []


def _ascending(edges: Sequence[float]) -> list[float]:
    """In few digits, each once: where many predictions are the same, deciles are too."""
    return sorted({float(f"{edge:.{_DIGITS}g}") for edge in edges})
