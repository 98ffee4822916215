"""BF16 goes through ONNX Runtime as its bits, alone and beside other datatypes."""

from typing import Any

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from sluice.adapters.onnx_bfloat16 import has_bfloat16, run_with_bfloat16
from sluice.adapters.onnx_model import OnnxModel
from tests.onnx_graphs import identity, model_bytes

# 1, -2, the largest finite value, infinity and a NaN.
BITS = np.array([0x3F80, 0xC000, 0x7F7F, 0x7F80, 0x7FC1], np.uint16)


def session_of(graph: bytes) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])


def beside(element_type: int) -> bytes:
    """`y = x` in BF16 and `b = a` in another type."""
    kinds = {"x": TensorProto.BFLOAT16, "a": element_type}
    return model_bytes(
        [helper.make_node("Identity", ["x"], ["y"]), helper.make_node("Identity", ["a"], ["b"])],
        [helper.make_tensor_value_info(name, kind, ["n"]) for name, kind in kinds.items()],
        [helper.make_tensor_value_info(name, kind, ["n"]) for name, kind in zip("yb", kinds.values(), strict=True)],
    )


@pytest.mark.parametrize("shape", [(5,), (1, 5), (5, 1, 1)])
def test_every_bit_comes_back(shape: tuple[int, ...]) -> None:
    model = OnnxModel(session_of(identity(TensorProto.BFLOAT16, shape)))

    (found,) = model.predict({"x": BITS.reshape(shape)}, ["y"])

    assert found.shape == shape
    assert found.tobytes() == BITS.tobytes()


def test_empty_and_read_only_arrays_come_back_too() -> None:
    session = session_of(identity(TensorProto.BFLOAT16))

    assert run_with_bfloat16(session, ["y"], {"x": BITS[:0]})[0].shape == (0,)
    assert (
        run_with_bfloat16(session, ["y"], {"x": np.frombuffer(BITS.tobytes(), np.uint16)})[0].tolist() == BITS.tolist()
    )


@pytest.mark.parametrize(
    ("element_type", "array"),
    [
        (TensorProto.FLOAT, np.array([0.5, np.nan], np.float32)),
        (TensorProto.FLOAT16, np.array([0.5, -2], np.float16)),
        (TensorProto.INT64, np.array([2**53 + 1])),
        (TensorProto.BOOL, np.array([True, False])),
    ],
)
def test_tensors_beside_it_are_as_ever(element_type: int, array: Any) -> None:
    bits, other = run_with_bfloat16(session_of(beside(element_type)), ["y", "b"], {"x": BITS, "a": array})

    assert bits.tolist() == BITS.tolist()
    assert other.dtype == array.dtype
    assert other.tobytes() == array.tobytes()


def test_numbers_are_computed_with_not_only_passed_on() -> None:
    graph = model_bytes(
        [helper.make_node("Cast", ["x"], ["y"], to=TensorProto.FLOAT)],
        [helper.make_tensor_value_info("x", TensorProto.BFLOAT16, ["n"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n"])],
    )

    (found,) = OnnxModel(session_of(graph)).predict({"x": BITS[:2]}, ["y"])

    assert found.tolist() == [1.0, -2.0]


def test_only_models_with_bf16_take_this_way() -> None:
    assert has_bfloat16(session_of(identity(TensorProto.BFLOAT16)))
    assert not has_bfloat16(session_of(identity(TensorProto.FLOAT16)))


def test_what_the_runtime_refuses_comes_as_a_runtime_error() -> None:
    model = OnnxModel(session_of(identity(TensorProto.BFLOAT16)))

    with pytest.raises(RuntimeError):
        model.predict({"x": np.zeros(2, np.float32)}, ["y"])
    with pytest.raises(RuntimeError):
        model.predict({"other": BITS}, ["y"])


def test_the_runtime_takes_no_strings_beside_it() -> None:
    model = OnnxModel(session_of(beside(TensorProto.STRING)))

    with pytest.raises(RuntimeError, match="non-string"):
        model.predict({"x": BITS, "a": np.array(["é"], object)}, ["y"])
