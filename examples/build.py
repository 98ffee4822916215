"""Trains every example and writes its files: `python -m examples.build`.

The same sources and pinned libraries give the same files, byte for byte, on the same kind of processor.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from sklearn.utils.parallel import ThreadpoolController

from examples.bins import frozen_bins
from examples.cards import with_figures
from examples.datasets import DataSet, Split, split
from examples.figures import held_out_metrics
from examples.golden import expected_outputs, golden_examples, largest_difference, shortest
from examples.manifests import Measured, manifest_text
from examples.onnx_export import INPUT, export, predict
from examples.recipes import RECIPES, Recipe

ROOT = Path(__file__).parent
UNIT = "ada"


def main() -> None:
    """Rebuild all, and say how far ONNX Runtime is from scikit-learn."""
    code_commit = _code_commit()
    with ThreadpoolController().limit(limits=1):  # sums in another order would differ in the last bit
        for recipe in RECIPES:
            difference = build(recipe, code_commit)
            sys.stdout.write(f"{recipe.folder}: within {difference:.1e} of scikit-learn\n")


def build(recipe: Recipe, code_commit: str) -> float:
    """Write one version's files; returns the largest difference on the held-out rows, refused over tolerance."""
    data = recipe.subject.data()
    halves = split(data)
    estimator = recipe.estimator().fit(halves.train_rows, halves.train_targets)
    onnx_bytes = _onnx(recipe, estimator)
    difference = _difference(recipe, estimator, onnx_bytes, halves)
    metrics = held_out_metrics(estimator, halves)
    measured = Measured(metrics, frozen_bins(recipe, estimator, halves))
    folder = ROOT / recipe.folder
    (folder / "model.onnx").write_bytes(onnx_bytes)
    _write_json(folder / "golden.json", golden_examples(recipe, estimator, halves.test_rows))
    (folder / "model.yaml").write_text(manifest_text(recipe, data, measured, code_commit=code_commit))
    card = folder / "card.md"
    card.write_text(with_figures(card.read_text(), {**metrics, **_provenance(data, difference)}))
    _write_requests(folder.parent, _request(recipe, halves))
    return difference


def _onnx(recipe: Recipe, estimator: Any) -> bytes:
    shape, outputs = recipe.subject.row_shape, list(recipe.subject.outputs)
    return export(estimator, recipe.subject.name, row_shape=shape, outputs=outputs)


def _difference(recipe: Recipe, estimator: Any, onnx_bytes: bytes, halves: Split) -> float:
    expected = expected_outputs(recipe, estimator, halves.test_rows)
    found = predict(onnx_bytes, halves.test_rows.reshape(-1, *recipe.subject.row_shape))
    difference = largest_difference(expected, found)
    if difference > recipe.tolerance:
        raise ValueError(f"{recipe.folder}: ONNX is {difference} away from scikit-learn, promised {recipe.tolerance}")
    return difference


def _provenance(data: DataSet, difference: float) -> dict[str, str]:
    return {
        "largest difference between ONNX and scikit-learn": f"{difference:.1e}",
        "training data": data.uri,
        "training data SHA-256": data.digest,
    }


def _request(recipe: Recipe, halves: Split) -> dict[str, Any]:
    """The first held-out row, ready for curl."""
    row = shortest(halves.test_rows[:1].reshape(-1))
    shape = [1, *recipe.subject.row_shape]
    return {"inputs": [{"name": INPUT, "shape": shape, "datatype": "FP32", "data": row}]}


def _write_requests(folder: Path, request: dict[str, Any]) -> None:
    """A model with an experiment also gets a request that names a unit."""
    _write_json(folder / "request.json", request)
    if (folder / "experiment.yaml").exists():
        _write_json(folder / "request-with-unit.json", {"parameters": {"sluice_unit": UNIT}, **request})


def _write_json(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, separators=(",", ":")).replace('},{"name":', '},\n{"name":') + "\n")


def _code_commit() -> str:
    """The last commit that changed the code in this folder: the same before and after its files are committed."""
    command = ["git", "log", "-1", "--format=%H", "--", "*.py"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603


if __name__ == "__main__":
    main()
