"""The committed examples keep their promises, without scikit-learn being installed."""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import typer
from typer.testing import CliRunner

from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.adapters.onnx_inspection import OnnxInspector
from sluice.catalog.manifest_file import read_manifest
from sluice.catalog.manifest_version import golden_examples_of
from sluice.cli.example_models import FOLDER, find_examples
from sluice.cli.experiment_size_command import size
from sluice.clock import SystemClock
from sluice.experiments.allocation import ALL_BPS
from sluice.experiments.slot_ranges import SlotRange
from sluice.experiments.slots import SLOT_COUNT
from sluice.experiments.unit import DEFAULT_UNIT_TYPE
from sluice.experiments.unit_parameters import UNIT
from sluice.rollouts.answered_outputs import add_bins
from sluice.usecases.register_model import register_model

VERSIONS = [folder for example in find_examples() for folder in example.folders]
SIZE_LIMIT_BYTES = 300_000
REQUESTS = ("request.json", "request-with-unit.json")

each_version = pytest.mark.parametrize("folder", VERSIONS, ids=lambda folder: str(folder.relative_to(FOLDER)))
each_model = pytest.mark.parametrize("model", [each.name for each in find_examples()])


def session_of(folder: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])


def operators_of(folder: Path) -> set[str]:
    return {node.op_type for node in onnx.load(folder / "model.onnx").graph.node}


def test_there_are_six_versions_of_four_models() -> None:
    assert {example.name: len(example.folders) for example in find_examples()} == {
        "breast-cancer": 2,
        "diabetes": 1,
        "digits": 2,
        "wine": 1,
    }


@pytest.fixture(scope="module")
def inspector() -> Iterator[OnnxInspector]:
    """One process inspects all, as when `sluice up` registers them."""
    with OnnxInspector() as inspector:
        yield inspector


@each_version
def test_it_passes_the_fidelity_gate_under_its_own_number(folder: Path, inspector: OnnxInspector) -> None:
    version = register_model(
        folder,
        registry=MemoryRegistry(),
        content=MemoryContentStore(),
        inspector=inspector,
        clock=SystemClock(),
        by="tests",
    )

    assert f"{version.model}/v{version.number}" == str(folder.relative_to(FOLDER))
    assert version.artefact.digest == sha256((folder / "model.onnx").read_bytes()).hexdigest()
    assert set(version.output_meaning) == {output.name for output in version.signature.outputs}


@each_version
def test_its_artefact_is_small_and_holds_no_maps(folder: Path) -> None:
    model = onnx.load(folder / "model.onnx")

    assert (folder / "model.onnx").stat().st_size < SIZE_LIMIT_BYTES
    assert all(output.type.HasField("tensor_type") for output in model.graph.output)
    assert "ZipMap" not in operators_of(folder)


@each_version
def test_its_golden_outputs_are_reproduced_and_differ_from_row_to_row(folder: Path) -> None:
    golden = golden_examples_of(read_manifest(folder).manifest)
    session = session_of(folder)
    last = session.get_outputs()[-1].name

    for example in golden:
        inputs = {name: np.array(values, dtype=np.float32) for name, values in example.inputs.items()}
        found = dict(zip(example.outputs, session.run(list(example.outputs), inputs), strict=True))
        for name, expected in example.outputs.items():
            if found[name].dtype.kind == "f":
                np.testing.assert_allclose(found[name], expected, rtol=0, atol=example.tolerance)
            else:
                assert found[name].tolist() == expected

    assert len(golden) >= 5
    assert len({json.dumps(example.outputs[last]) for example in golden}) == len(golden)


@each_version
def test_every_output_of_numbers_has_frozen_bins_that_hold_its_golden_outputs(folder: Path) -> None:
    manifest = read_manifest(folder).manifest
    assert manifest.reference
    edges = {name: tuple(output.edges) for name, output in manifest.reference.outputs.items()}
    numeric = {it.name for it in session_of(folder).get_outputs() if it.type != "tensor(string)"}

    counts: dict[str, list[int]] = {}
    for example in golden_examples_of(manifest):
        outputs = [{"name": name, "data": np.ravel(data).tolist()} for name, data in example.outputs.items()]
        add_bins(counts, outputs, edges)

    assert set(edges) == numeric == set(counts)
    assert all(missing == out_of_range == 0 for *_, missing, out_of_range in counts.values())
    assert all(sum(map(bool, bins)) > 1 for bins in counts.values())


@each_version
def test_its_card_tells_purpose_data_limits_and_the_manifest_s_figures(folder: Path) -> None:
    manifest = read_manifest(folder).manifest

    for heading in ("## Purpose", "## Data", "## Limits", "## Who must not use it"):
        assert f"\n{heading}\n" in manifest.card
    for name, value in manifest.metrics.items():
        assert f"| {name.replace('_', ' ')} | {value:g} |" in manifest.card
    assert manifest.lineage.training_data_digest in manifest.card


@each_model
def test_its_request_is_one_row_that_the_model_takes(model: str) -> None:
    [tensor] = json.loads((FOLDER / model / "request.json").read_text())["inputs"]
    session = session_of(FOLDER / model / "v1")
    [expected] = session.get_inputs()

    row = np.array(tensor["data"], dtype=np.float32).reshape(tensor["shape"])

    assert (tensor["name"], tensor["datatype"], tensor["shape"][0]) == (expected.name, "FP32", 1)
    assert all(len(output) == 1 for output in session.run(None, {tensor["name"]: row}))


@pytest.mark.parametrize("model", ["breast-cancer", "digits"])
def test_both_versions_take_and_give_the_same(model: str) -> None:
    def shape_of(number: int) -> list[Any]:
        session = session_of(FOLDER / model / f"v{number}")
        return [(each.name, each.type, each.shape) for each in [*session.get_inputs(), *session.get_outputs()]]

    assert shape_of(1) == shape_of(2)


def test_the_second_version_of_digits_is_another_model_and_says_what_it_is_better_at() -> None:
    first, second = (read_manifest(FOLDER / "digits" / f"v{number}").manifest for number in (1, 2))

    assert second.metrics["accuracy"] > first.metrics["accuracy"]
    assert second.metrics["log_loss"] < first.metrics["log_loss"] / 2
    assert second.lineage.training_data_digest == first.lineage.training_data_digest
    assert "Relu" in operators_of(FOLDER / "digits/v1")
    assert "Relu" not in operators_of(FOLDER / "digits/v2")


def test_digits_alone_has_an_experiment_of_everybody_between_its_two_versions() -> None:
    [example] = [each for each in find_examples() if each.experiment]
    assert example.experiment
    namespace, experiment = example.experiment.namespace, example.experiment.experiment

    assert (example.name, experiment.model, experiment.namespace) == ("digits", "digits", namespace.key)
    assert (experiment.unit_type, namespace.unit_type) == (DEFAULT_UNIT_TYPE, DEFAULT_UNIT_TYPE)
    assert [(each.key, each.model_version, each.weight_bps) for each in experiment.variants] == [
        ("control", 1, 5_000),
        ("treatment", 2, 5_000),
    ]
    assert experiment.slots == (SlotRange(0, SLOT_COUNT),)
    assert (experiment.eligibility, experiment.coverage_bps, namespace.holdout_bps) == ("", ALL_BPS, 0)


def test_the_planned_units_of_the_experiment_are_those_that_its_comment_calculates() -> None:
    text = (FOLDER / "digits/experiment.yaml").read_text()
    [(planned, options)] = re.findall(r"planned_units: (\d+) # sluice experiment size (.*)", text)
    alone = typer.Typer()
    alone.command()(size)

    sized = CliRunner().invoke(alone, [*options.split(), "--json"])

    assert json.loads(sized.stdout)["total_units"] == int(planned)


def test_the_request_with_a_unit_is_the_request_and_a_unit() -> None:
    plain, with_unit = (json.loads((FOLDER / "digits" / name).read_text()) for name in REQUESTS)

    assert with_unit == {"parameters": {UNIT: "ada"}, **plain}
