"""From a fitted scikit-learn estimator to ONNX bytes that depend on nothing but the estimator."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType

_OPSETS = {"": 21, "ai.onnx.ml": 3}
INPUT = "features"


def export(estimator: Any, name: str, *, row_shape: tuple[int, ...], outputs: Sequence[str]) -> bytes:
    """ONNX bytes with one FP32 input `features` of [-1, *row_shape] and plain tensors, so named, as outputs."""
    graph_input = [(INPUT, FloatTensorType([None, int(np.prod(row_shape))]))]
    options = {id(estimator): {"zipmap": False}} if hasattr(estimator, "classes_") else None
    model = to_onnx(estimator, initial_types=graph_input, options=options, target_opset=_OPSETS, name=name)
    _rename_outputs(model, outputs)
    if len(row_shape) > 1:
        _take_images(model, row_shape)
    _name_free_dimension(model)
    _name_each_opset_once(model)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def predict(onnx_bytes: bytes, rows: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    """Every output by name, through ONNX Runtime on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(onnx_bytes, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {INPUT: rows}), strict=True))


def _rename_outputs(model: onnx.ModelProto, names: Sequence[str]) -> None:
    renamed = {output.name: name for output, name in zip(model.graph.output, names, strict=True)}
    for node in model.graph.node:
        node.output[:] = [renamed.get(name, name) for name in node.output]
    for output in model.graph.output:
        output.name = renamed[output.name]


def _take_images(model: onnx.ModelProto, row_shape: tuple[int, ...]) -> None:
    """Put a Reshape in front: the client sends images, the estimator was fitted on flat rows."""
    graph = model.graph
    flat = f"{INPUT}_flat"
    for node in graph.node:
        for index, input_name in enumerate(node.input):
            if input_name == INPUT:
                node.input[index] = flat
    width = int(np.prod(row_shape))
    graph.initializer.append(helper.make_tensor("flat_shape", TensorProto.INT64, [2], [-1, width]))
    graph.node.insert(0, helper.make_node("Reshape", [INPUT, "flat_shape"], [flat], name="flatten"))
    graph.input[0].CopyFrom(helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [None, *row_shape]))


def _name_free_dimension(model: onnx.ModelProto) -> None:
    """Call the first dimension of every input and output `rows`: it is free, and the same everywhere."""
    for tensor in [*model.graph.input, *model.graph.output]:
        tensor.type.tensor_type.shape.dim[0].dim_param = "rows"


def _name_each_opset_once(model: onnx.ModelProto) -> None:
    """The converter may import the same operator set twice, which the format does not allow."""
    opsets = {opset.domain: opset.version for opset in model.opset_import}
    del model.opset_import[:]
    model.opset_import.extend(helper.make_opsetid(domain, opsets[domain]) for domain in sorted(opsets))
