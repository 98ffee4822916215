"""A model of two inputs and two outputs, for protocols that name columns."""

from onnx import TensorProto, helper

from sluice.catalog.signature import Signature, TensorSpec
from tests.onnx_graphs import model_bytes

TWO = Signature(
    (TensorSpec("age", "INT64", (-1, 1)), TensorSpec("city", "BYTES", (-1,))),
    (TensorSpec("years", "INT64", (-1, 1)), TensorSpec("town", "BYTES", (-1,))),
)


def two_columns() -> bytes:
    """`years = age`, `town = city`."""
    return model_bytes(
        [helper.make_node("Identity", ["age"], ["years"]), helper.make_node("Identity", ["city"], ["town"])],
        [
            helper.make_tensor_value_info("age", TensorProto.INT64, ["n", 1]),
            helper.make_tensor_value_info("city", TensorProto.STRING, ["n"]),
        ],
        [
            helper.make_tensor_value_info("years", TensorProto.INT64, ["n", 1]),
            helper.make_tensor_value_info("town", TensorProto.STRING, ["n"]),
        ],
    )
