"""What a client reads from a response, bit for bit."""

from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sluice.catalog.signature import Signature, TensorSpec
from sluice.errors import InferenceFailed, NonFiniteOutput
from sluice.inference.datatypes import BY_NAME
from sluice.inference.response_encoder import EncodedResponse, ResponseEncoder
from sluice.inference.tensors import InferenceResponse


def encode(datatype: str, array: Any, **members: Any) -> EncodedResponse:
    signature = Signature((), (TensorSpec("y", datatype, (-1,) * array.ndim),))
    facts: dict[str, Any] = {"id": "7", "parameters": {"reason": "because"}} | members
    response = InferenceResponse(model="m", model_version=12, outputs={"y": array}, **facts)
    return ResponseEncoder("m", 12, signature).encode(response)


def read_back(datatype: str, array: Any) -> Any:
    """What an ordinary client makes of the response."""
    output = orjson.loads(encode(datatype, array).body)["outputs"][0]
    return np.array(output["data"], BY_NAME[datatype].numpy_dtype).reshape(output["shape"])


def test_a_response_has_every_member_of_the_protocol() -> None:
    encoded = encode("FP32", np.array([[0.5, 2]], np.float32), id='é"')

    assert orjson.loads(encoded.body) == {
        "model_name": "m",
        "model_version": "12",
        "id": 'é"',
        "parameters": {"reason": "because"},
        "outputs": [{"name": "y", "datatype": "FP32", "shape": [1, 2], "data": [0.5, 2.0]}],
    }
    assert orjson.loads(encoded.outputs) == orjson.loads(encoded.body)["outputs"]


@pytest.mark.parametrize("datatype", ["BOOL", "UINT8", "INT16", "UINT64", "INT64", "FP64", "BYTES"])
@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (2, 3)])
def test_every_type_and_shape_reads_back(datatype: str, shape: tuple[int, ...]) -> None:
    array = np.full(shape, "é\0" if datatype == "BYTES" else 1, BY_NAME[datatype].numpy_dtype)

    again = read_back(datatype, array)

    assert again.shape == shape
    assert again.tolist() == array.tolist()


def test_whole_64_bit_integers_read_back() -> None:
    extremes = np.array([2**64 - 1, 2**53 + 1], np.uint64)

    assert read_back("UINT64", extremes).tolist() == extremes.tolist()


@given(arrays.arrays(np.uint32, st.integers(1, 50), elements=st.integers(0, 2**32 - 1)))
@settings(derandomize=True, max_examples=300)
def test_every_finite_fp32_reads_back_to_the_same_bits(bits: Any) -> None:
    array = bits.view(np.float32)
    array = array[np.isfinite(array)]

    assert read_back("FP32", array).tobytes() == array.tobytes()


@given(arrays.arrays(np.float64, st.integers(0, 20), elements=st.floats(allow_nan=False, allow_infinity=False)))
@settings(derandomize=True, max_examples=200)
def test_every_finite_fp64_reads_back_to_the_same_bits(array: Any) -> None:
    assert read_back("FP64", array).tobytes() == array.tobytes()


def test_arrays_that_are_not_contiguous_are_sent_in_row_major_order() -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3).T

    assert read_back("FP32", array).tolist() == [[0, 3], [1, 4], [2, 5]]


@pytest.mark.parametrize("datatype", ["FP32", "FP64"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_non_finite_output_is_the_models_failure_and_named(datatype: str, value: float) -> None:
    array = np.array([[0, 1], [value, 2]], BY_NAME[datatype].numpy_dtype)

    with pytest.raises(NonFiniteOutput, match=f"answered {value} in element 2 of output 'y'") as caught:
        encode(datatype, array)

    assert isinstance(caught.value, InferenceFailed)


@pytest.mark.parametrize("count", [64, 65, 5000])
@pytest.mark.parametrize("datatype", ["FP32", "FP64"])
def test_one_non_finite_element_among_many_is_found(datatype: str, count: int) -> None:
    array = np.ones(count, BY_NAME[datatype].numpy_dtype)
    array[-1] = -np.inf

    with pytest.raises(NonFiniteOutput, match=f"answered -inf in element {count - 1} of output 'y'"):
        encode(datatype, array)


def test_the_word_null_in_a_text_is_not_taken_for_a_missing_number() -> None:
    assert read_back("BYTES", np.array(["null"], object)).tolist() == ["null"]
