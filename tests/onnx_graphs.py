"""Builders of tiny ONNX graphs: each returns the file's bytes; `write_external` needs a folder for its second file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8

FLOAT_WEIGHTS = np.array([[1.0, -1.0], [0.5, 2.0], [0.0, 0.25]], dtype=np.float32)
FLOAT_BIAS = np.array([0.5, -0.5], dtype=np.float32)


def model_bytes(
    nodes: Sequence[Any],
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    *,
    initialisers: Sequence[Any] = (),
    opset: int = OPSET,
    domains: Sequence[str] = (),
) -> bytes:
    """A serialised model of one graph; `domains` are further operator domains at version 1."""
    graph = helper.make_graph(list(nodes), "graph", list(inputs), list(outputs), initializer=list(initialisers))
    imports = [helper.make_opsetid("", opset), *(helper.make_opsetid(domain, 1) for domain in domains)]
    model = helper.make_model(graph, opset_imports=imports, ir_version=IR_VERSION)
    return bytes(model.SerializeToString())


def affine(weights: Any = FLOAT_WEIGHTS, bias: Any = FLOAT_BIAS) -> bytes:
    """`scores = x @ weights + bias` in FP32: x is [-1, rows of weights], scores [-1, columns of weights]."""
    rows, columns = weights.shape
    return model_bytes(
        [helper.make_node("MatMul", ["x", "w"], ["xw"]), helper.make_node("Add", ["xw", "b"], ["scores"])],
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", rows])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", columns])],
        initialisers=_affine_initialisers(weights, bias),
    )


def classifier(labels: Sequence[str] = ("benign", "malignant")) -> bytes:
    """As exported without ZipMap: `label` BYTES [-1] and `probabilities` FP32 [-1, 2] from x FP32 [-1, 3]."""
    names = numpy_helper.from_array(np.array(labels, dtype=object), "labels")
    return model_bytes(
        [
            helper.make_node("MatMul", ["x", "w"], ["xw"]),
            helper.make_node("Add", ["xw", "b"], ["logits"]),
            helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
            helper.make_node("ArgMax", ["logits"], ["best"], axis=1, keepdims=0),
            helper.make_node("Gather", ["labels", "best"], ["label"]),
        ],
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3])],
        [
            helper.make_tensor_value_info("label", TensorProto.STRING, ["batch"]),
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", 2]),
        ],
        initialisers=[*_affine_initialisers(FLOAT_WEIGHTS, FLOAT_BIAS), names],
    )


def identity(element_type: int, shape: Sequence[int | str] = ("n",)) -> bytes:
    """`y = x` for any ONNX element type (`TensorProto.STRING`, `TensorProto.FLOAT16`, …)."""
    return model_bytes(
        [helper.make_node("Identity", ["x"], ["y"])],
        [helper.make_tensor_value_info("x", element_type, list(shape))],
        [helper.make_tensor_value_info("y", element_type, list(shape))],
    )


def failing() -> bytes:
    """Loads, then fails on every request of fewer than 1,000 rows: `y = x[999]`, x is FP32 [-1, 2]."""
    return model_bytes(
        [helper.make_node("Gather", ["x", "index"], ["y"], axis=0)],
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])],
        initialisers=[numpy_helper.from_array(np.array(999, dtype=np.int64), "index")],
    )


def endless() -> bytes:
    """Loads, then never answers: a Loop whose condition stays true and whose trip count is 2^62; x, y FP32 [1]."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["on"], ["still_on"]), helper.make_node("Add", ["value", "value"], ["doubled"])],
        "body",
        [
            helper.make_tensor_value_info("step", TensorProto.INT64, []),
            helper.make_tensor_value_info("on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("value", TensorProto.FLOAT, [1]),
        ],
        [
            helper.make_tensor_value_info("still_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("doubled", TensorProto.FLOAT, [1]),
        ],
    )
    return model_bytes(
        [helper.make_node("Loop", ["trips", "yes", "x"], ["y"], body=body)],
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])],
        initialisers=[
            numpy_helper.from_array(np.array(2**62, dtype=np.int64), "trips"),
            numpy_helper.from_array(np.array(True), "yes"),
        ],
    )


def memory_bomb() -> bytes:
    """Loads, then asks for as many floats as its input x, INT64 [1], says: `y = zeros(x)`."""
    return model_bytes(
        [helper.make_node("ConstantOfShape", ["x"], ["y"])],
        [helper.make_tensor_value_info("x", TensorProto.INT64, [1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n"])],
    )


def unknown_operator(domain: str = "com.example") -> bytes:
    """A node that no runtime knows."""
    return model_bytes(
        [helper.make_node("Frobnicate", ["x"], ["y"], domain=domain)],
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n"])],
        domains=[domain],
    )


def zipmap_classifier() -> bytes:
    """What skl2onnx exports by default: the second output is a sequence of maps, which OIP cannot carry."""
    value = helper.make_map_type_proto(TensorProto.INT64, helper.make_tensor_type_proto(TensorProto.FLOAT, []))
    return model_bytes(
        [helper.make_node("ZipMap", ["x"], ["probabilities"], domain="ai.onnx.ml", classlabels_int64s=[0, 1])],
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 2])],
        [helper.make_value_info("probabilities", helper.make_sequence_type_proto(value))],
        domains=["ai.onnx.ml"],
    )


def external(location: str = "weights.bin") -> bytes:
    """`affine()` whose weights lie in another file, `location`, beside the model; the file itself is not written."""
    weights, bias = _affine_initialisers(FLOAT_WEIGHTS, FLOAT_BIAS)
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, "offset": "0", "length": str(FLOAT_WEIGHTS.nbytes)}.items():
        entry = weights.external_data.add()
        entry.key, entry.value = key, value
    return model_bytes(
        [helper.make_node("MatMul", ["x", "w"], ["xw"]), helper.make_node("Add", ["xw", "b"], ["scores"])],
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 2])],
        initialisers=[weights, bias],
    )


def write_external(folder: Path, location: str = "weights.bin") -> Path:
    """Write `external(location)` as model.onnx with its weights file, and return the path of the model."""
    model = folder / "model.onnx"
    model.write_bytes(external(location))
    (folder / location).parent.mkdir(parents=True, exist_ok=True)
    (folder / location).write_bytes(FLOAT_WEIGHTS.tobytes())
    return model


def _affine_initialisers(weights: Any, bias: Any) -> list[onnx.TensorProto]:
    return [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(bias, "b")]
