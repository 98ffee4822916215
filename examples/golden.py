"""Golden examples: held-out rows with what scikit-learn itself, not ONNX, makes of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from examples.onnx_export import INPUT
from examples.recipes import Recipe

_SINGLE_ROWS = 6


def expected_outputs(recipe: Recipe, estimator: Any, rows: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    """scikit-learn's own answer under the model's output names; a regression's has the shape [rows, 1]."""
    if hasattr(estimator, "classes_"):
        answers = [estimator.predict(rows), estimator.predict_proba(rows)]
    else:
        answers = [estimator.predict(rows).reshape(-1, 1)]
    return dict(zip(recipe.subject.outputs, answers, strict=True))


def largest_difference(expected: Mapping[str, NDArray[Any]], found: Mapping[str, NDArray[Any]]) -> float:
    """The largest |expected - found| over all outputs; infinite where a label differs."""
    return max(_difference(expected[name], found[name]) for name in expected)


def golden_examples(recipe: Recipe, estimator: Any, rows: NDArray[np.float32]) -> list[dict[str, Any]]:
    """Six rows from the lowest to the highest answer, borderline ones among them, and one batch of all six."""
    score = list(expected_outputs(recipe, estimator, rows).values())[-1][:, 0]
    places = np.argsort(score, kind="stable")[np.linspace(0, len(rows) - 1, _SINGLE_ROWS).astype(int)]
    singles = [_example(recipe, estimator, rows, [place]) for place in places]
    return [*singles, _example(recipe, estimator, rows, list(places))]


def shortest(values: NDArray[Any]) -> Any:
    """Nested lists with each float32 in its shortest decimal form, which reads back as the same float32."""
    if values.dtype != np.float32:
        return values.tolist()
    return np.array([float(str(value)) for value in values.ravel()]).reshape(values.shape).tolist()


def _difference(expected: NDArray[Any], found: NDArray[Any]) -> float:
    if expected.dtype.kind != "f":
        return 0.0 if np.array_equal(expected, found) else float("inf")
    return float(np.max(np.abs(expected - found)))


def _example(recipe: Recipe, estimator: Any, rows: NDArray[np.float32], places: Sequence[int]) -> dict[str, Any]:
    chosen = rows[list(places)]
    outputs = expected_outputs(recipe, estimator, chosen)
    return {
        "name": f"held-out row {places[0]}" if len(places) == 1 else f"the {len(places)} rows as one batch",
        "inputs": {INPUT: shortest(chosen.reshape(-1, *recipe.subject.row_shape))},
        "outputs": {name: values.tolist() for name, values in outputs.items()},
        "tolerance": recipe.tolerance,
    }
