import json
import math
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from onnx import TensorProto, load_model_from_string

from sluice.adapters.onnx_inspection import OnnxInspector
from sluice.catalog.model_version import GoldenExample
from sluice.catalog.signature import Signature, TensorSpec
from sluice.errors import ArtefactRefused, FidelityMismatch
from sluice.inference.datatypes import DATATYPES
from tests import onnx_graphs
from tests.unit.catalog.builders import AFFINE_SIGNATURE


@pytest.fixture(scope="module")
def inspector() -> Iterator[OnnxInspector]:
    with OnnxInspector() as inspector:
        yield inspector


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "model.onnx"
    path.write_bytes(content)
    return path


def an_example(inputs: Any, outputs: Any, *, tolerance: float = 1e-6) -> GoldenExample:
    return GoldenExample("one", inputs, outputs, tolerance)


def test_the_signature_is_the_graphs_own(inspector: OnnxInspector, tmp_path: Path) -> None:
    assert inspector.read_signature(saved(tmp_path, onnx_graphs.affine())) == AFFINE_SIGNATURE
    assert inspector.read_signature(saved(tmp_path, onnx_graphs.classifier())) == Signature(
        (TensorSpec("x", "FP32", (-1, 3)),),
        (TensorSpec("label", "BYTES", (-1,)), TensorSpec("probabilities", "FP32", (-1, 2))),
    )


@pytest.mark.parametrize("datatype", DATATYPES, ids=lambda datatype: str(datatype.name))
def test_every_datatype_of_the_protocol_is_read(inspector: OnnxInspector, tmp_path: Path, datatype: Any) -> None:
    graph = onnx_graphs.identity(datatype.onnx_number, ["n", 2, 0])

    signature = inspector.read_signature(saved(tmp_path, graph))

    assert signature.inputs == (TensorSpec("x", datatype.name, (-1, 2, 0)),)


def test_initialisers_listed_as_inputs_are_not_inputs(inspector: OnnxInspector, tmp_path: Path) -> None:
    model = load_model_from_string(onnx_graphs.affine())
    weights = model.graph.input.add()
    weights.CopyFrom(model.graph.input[0])
    weights.name = "w"
    weights.type.tensor_type.shape.dim[0].dim_value = 3
    weights.type.tensor_type.shape.dim[1].dim_value = 2

    assert inspector.read_signature(saved(tmp_path, model.SerializeToString())) == AFFINE_SIGNATURE


def test_external_data_is_found_in_subfolders(inspector: OnnxInspector, tmp_path: Path) -> None:
    model = onnx_graphs.write_external(tmp_path, "data/weights.bin")

    assert inspector.external_files(model) == [tmp_path / "data" / "weights.bin"]
    assert inspector.read_signature(model) == AFFINE_SIGNATURE
    inspector.check_fidelity(model, [an_example({"x": [[1.0, 1.0, 1.0]]}, {"scores": [[2.0, 0.75]]})])


@pytest.mark.parametrize(
    ("graph", "value"),
    [
        (TensorProto.STRING, ["ä", ""]),
        (TensorProto.BOOL, [True, False]),
        (TensorProto.INT64, [2**53 + 1, -(2**63)]),
        (TensorProto.UINT64, [2**64 - 1]),
        (TensorProto.INT8, [-128, 127]),
        (TensorProto.FLOAT, [math.nan, math.inf, -math.inf, 1e-45]),
        (TensorProto.DOUBLE, [1.7e308, 5e-324]),
        (TensorProto.FLOAT16, [65504, 0.5]),
    ],
)
def test_golden_values_arrive_exactly(inspector: OnnxInspector, tmp_path: Path, graph: int, value: list[Any]) -> None:
    path = saved(tmp_path, onnx_graphs.identity(graph))

    inspector.check_fidelity(path, [an_example({"x": value}, {"y": value}, tolerance=0.0)])


@pytest.mark.parametrize(
    ("graph", "given", "expected", "complaint"),
    [
        (TensorProto.FLOAT, [1.0], [1.5], "element [0] is 1.0, expected 1.5: off by 0.5, tolerance 1e-06"),
        (TensorProto.FLOAT, [1.0], [math.nan], "element [0] is 1.0, expected nan: off by inf"),
        (TensorProto.FLOAT, [math.nan], [1.0], "element [0] is nan, expected 1.0"),
        (TensorProto.FLOAT, [1.0], [[1.0]], "shape is [1], expected [1, 1]"),
        (TensorProto.INT64, [2**53 + 1], [2**53], "element [0] is 9007199254740993, expected 9007199254740992"),
        (TensorProto.STRING, ["a"], ["b"], "element [0] is 'a', expected 'b'"),
        (TensorProto.FLOAT, [1e39], [1e39], "element 0 (1e+39) is beyond the range of FP32"),
        (TensorProto.FLOAT16, [70000], [70000], "element 0 (70000) is beyond the range of FP16"),
        (TensorProto.FLOAT, ["1"], [1.0], "element 0 is '1', FP32 takes numbers"),
        (TensorProto.INT8, [200], [200], "element 0 (200) is out of range"),
        (TensorProto.BOOL, [1], [1], "BOOL takes true or false"),
        (TensorProto.FLOAT, [[1.0], [1.0, 2.0]], [1.0], "nested data does not have 1 items"),
        (TensorProto.BFLOAT16, [1.0], [1.0], "BF16 has no JSON form"),
    ],
)
def test_a_promise_that_is_not_kept_names_example_output_and_place(
    inspector: OnnxInspector, tmp_path: Path, graph: int, given: Any, expected: Any, complaint: str
) -> None:
    path = saved(tmp_path, onnx_graphs.identity(graph))

    with pytest.raises(FidelityMismatch) as refusal:
        inspector.check_fidelity(path, [an_example({"x": given}, {"y": expected})])

    assert str(refusal.value).startswith("golden example 'one', output '")
    assert complaint in refusal.value.difference


@pytest.mark.parametrize(
    ("inputs", "outputs", "complaint"),
    [
        ({}, {"scores": [[2.0, 0.75]]}, "'x': the example does not give this input"),
        ({"x": [[1.0] * 3], "z": [1.0]}, {"scores": [[2.0, 0.75]]}, "'z': the graph has x and nothing of that name"),
        ({"x": [[1.0] * 3]}, {"score": [[2.0, 0.75]]}, "'score': the graph has scores and nothing of that name"),
        ({"x": [[1.0] * 3]}, {}, "the example expects no output"),
        ({"x": [[1.0] * 4]}, {"scores": [[2.0, 0.75]]}, "'scores': the model failed: Got invalid dimensions"),
    ],
)
def test_an_example_must_fit_the_graph(
    inspector: OnnxInspector, tmp_path: Path, inputs: Any, outputs: Any, complaint: str
) -> None:
    path = saved(tmp_path, onnx_graphs.affine())

    with pytest.raises(FidelityMismatch) as refusal:
        inspector.check_fidelity(path, [an_example(inputs, outputs)])

    assert complaint in str(refusal.value)


def test_a_model_that_fails_on_its_own_example_is_refused(inspector: OnnxInspector, tmp_path: Path) -> None:
    path = saved(tmp_path, onnx_graphs.failing())

    with pytest.raises(FidelityMismatch, match=r"the model failed: .*out of data bounds"):
        inspector.check_fidelity(path, [an_example({"x": [[1.0, 2.0]]}, {"y": [1.0, 2.0]})])


def test_a_version_without_golden_examples_is_refused(inspector: OnnxInspector, tmp_path: Path) -> None:
    with pytest.raises(ArtefactRefused, match="has no golden example"):
        inspector.check_fidelity(saved(tmp_path, onnx_graphs.affine()), [])


def test_callers_from_many_threads_take_turns(
    inspector: OnnxInspector, tmp_path: Path, at_once: Callable[..., list[Any]]
) -> None:
    paths = []
    for number in range(6):
        (tmp_path / str(number)).mkdir()
        paths.append(saved(tmp_path / str(number), onnx_graphs.identity(TensorProto.FLOAT, ["n", number])))

    signatures = at_once(*(partial(inspector.read_signature, path) for path in paths))

    assert [signature.inputs[0].shape for signature in signatures] == [(-1, number) for number in range(6)]


def test_the_golden_examples_of_our_examples_hold(inspector: OnnxInspector) -> None:
    for golden in sorted(Path("examples").glob("*/v*/golden.json")):
        examples = [GoldenExample(**each) for each in json.loads(golden.read_text())]

        inspector.check_fidelity(golden.with_name("model.onnx"), examples)
