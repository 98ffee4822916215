"""Every rule of a tensor in JSON: what is taken, and what is refused in which words."""

from typing import Any

import numpy as np
import orjson
import pytest

from sluice.catalog.signature import TensorSpec
from sluice.errors import InvalidTensor
from sluice.inference.binary_body import RawTensors
from sluice.inference.tensor_decoder import TensorDecoder

NO_PIECES = RawTensors(None)


def decode(datatype: str, data: str, shape: list[Any] | None = None, *, spec_shape: tuple[int, ...] = (-1,)) -> Any:
    """Decode `data`, JSON text, as a client would send it."""
    elements = orjson.loads(data)
    tensor = {"name": "t", "datatype": datatype, "shape": [len(elements)] if shape is None else shape}
    return TensorDecoder(TensorSpec("t", datatype, spec_shape)).decode(tensor | {"data": elements}, NO_PIECES)


def refusal(datatype: str, data: str, shape: list[Any] | None = None, **options: Any) -> str:
    with pytest.raises(InvalidTensor) as caught:
        decode(datatype, data, shape, **options)
    return caught.value.rule


@pytest.mark.parametrize(
    ("datatype", "data", "expected"),
    [
        ("BOOL", "[true, false]", np.array([True, False])),
        ("UINT8", "[0, 255]", np.array([0, 255], np.uint8)),
        ("INT8", "[-128, 127]", np.array([-128, 127], np.int8)),
        ("UINT16", "[65535]", np.array([65535], np.uint16)),
        ("INT16", "[-32768]", np.array([-32768], np.int16)),
        ("UINT32", "[4294967295]", np.array([2**32 - 1], np.uint32)),
        ("INT32", "[-2147483648, 3.0, -0.0]", np.array([-(2**31), 3, 0], np.int32)),
        ("INT64", "[9007199254740993, -9223372036854775808]", np.array([2**53 + 1, -(2**63)], np.int64)),
        ("INT64", "[9007199254740992.0, 1e3]", np.array([2**53, 1000], np.int64)),
        ("UINT64", "[18446744073709551615]", np.array([2**64 - 1], np.uint64)),
        ("FP32", "[0.1, 1, -3.4028234663852886e38]", np.array([0.1, 1, -3.4028234663852886e38], np.float32)),
        ("FP64", "[0.1, 1e308, 3]", np.array([0.1, 1e308, 3])),
        ("BYTES", '["", "1.5", "\\u0000é"]', np.array(["", "1.5", "\0é"], object)),
    ],
)
def test_values_within_the_type_arrive_exactly(datatype: str, data: str, expected: Any) -> None:
    array = decode(datatype, data)

    assert array.dtype == expected.dtype
    assert array.tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("datatype", "data", "rule"),
    [
        ("INT8", "[0, 128]", "element 1 (128) is out of range, INT8 takes -128 to 127"),
        ("UINT8", "[-1]", "element 0 (-1) is out of range, UINT8 takes 0 to 255"),
        ("INT64", "[9223372036854775808]", "element 0 (9223372036854775808) is out of range"),
        ("UINT64", "[18446744073709551616]", "beyond UINT64 or not written exactly"),
        ("INT64", "[9007199254740994.0]", "beyond INT64 or not written exactly"),
        ("INT32", "[1, 1.5]", "element 1 (1.5) is fractional"),
        ("INT64", "[1e300]", "beyond INT64 or not written exactly"),
        ("FP32", "[0.5, 3.4028235677973366e38]", "element 1 (3.4028235677973366e+38) is beyond the range of FP32"),
        ("FP32", "[-1e39]", "beyond the range of FP32"),
        ("FP32", '["1.5"]', "element 0 is the string '1.5', FP32 takes finite numbers"),
        ("FP32", '["NaN"]', "element 0 is the string 'NaN', FP32 takes finite numbers"),
        ("FP64", "[1.0, true]", "element 1 is the boolean True, FP64 takes finite numbers"),
        ("FP64", "[null]", "element 0 is null, FP64 takes finite numbers"),
        ("FP32", '[{"a": 1}]', "element 0 is the object"),
        ("INT32", "[true]", "element 0 is the boolean True, INT32 takes integers"),
        ("INT32", '["7"]', "element 0 is the string '7', INT32 takes integers"),
        ("BOOL", "[true, 1]", "element 1 is the number 1, BOOL takes true or false"),
        ("BYTES", '["a", 5]', "element 1 is the number 5, BYTES takes strings"),
        ("BYTES", "[null]", "element 0 is null, BYTES takes strings"),
        ("FP16", "[1.0]", "FP16 has no JSON form; send it as binary data"),
        ("BF16", "[1.0]", "BF16 has no JSON form"),
    ],
)
def test_what_the_type_cannot_hold_exactly_is_refused_and_named(datatype: str, data: str, rule: str) -> None:
    assert rule in refusal(datatype, data)


def test_an_fp32_value_that_rounds_to_the_largest_one_is_taken() -> None:
    largest = float(np.finfo(np.float32).max)

    array = decode("FP32", "[3.4028235677973362e38]")

    assert array.tolist() == [largest]


@pytest.mark.parametrize("data", ["[1, 2, 3, 4, 5, 6]", "[[1, 2, 3], [4, 5, 6]]"])
def test_flat_and_nested_data_mean_the_same(data: str) -> None:
    array = decode("FP32", data, [2, 3], spec_shape=(-1, 3))

    assert array.tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("data", "shape", "spec_shape"),
    [
        ("[5]", [], ()),
        ("[]", [0], (-1,)),
        ("[]", [0, 3], (-1, 3)),
        ("[[], []]", [2, 0], (-1, -1)),
        ("[]", [2, 0], (2, -1)),
    ],
)
def test_scalars_and_empty_dimensions_are_taken(data: str, shape: list[int], spec_shape: tuple[int, ...]) -> None:
    assert decode("INT64", data, shape, spec_shape=spec_shape).shape == tuple(shape)


@pytest.mark.parametrize(
    ("data", "shape", "spec_shape", "rule"),
    [
        ("[1, 2]", [3], (-1,), "data has 2 elements, shape [3] needs 3"),
        ("[]", [10**12], (-1,), "data has 0 elements, shape [1000000000000] needs 1000000000000"),
        ("[1]", [2**80, 0], (-1, -1), "its other dimensions are too large"),
        ("[]", [10**12, 0], (-1, -1), "its other dimensions are too large"),
        ("[[1, 2], [3, 4], [5, 6]]", [2, 3], (-1, 3), "nested data does not have 2 items at depth 1"),
        ("[[1, 2, 3], [4, 5]]", [2, 3], (-1, 3), "nested data does not have 3 items at depth 2"),
        ("[[1, 2, 3], 4]", [2, 3], (-1, 3), "nested data does not have 3 items at depth 2"),
        ("[[[1], [2], [3]]]", [1, 3], (-1, 3), "element 0 is the array [1]"),
        ("[1, [2], 3]", [1, 3], (-1, 3), "element 1 is the array [2]"),
        ("[1, 2]", [1, 2], (-1, 3), "shape is [1, 2], must be [-1, 3] (-1: any)"),
        ("[1, 2, 3]", [3], (-1, 3), "shape is [3], must be [-1, 3] (-1: any)"),
        ("[1]", [-1], (-1,), "shape is [-1], must be an array of integers from 0 on"),
        ("[1]", [1.0], (-1,), "shape is [1.0], must be an array"),
        ("[1]", [True], (-1,), "shape is [True], must be an array"),
        ("{}", [0], (-1,), "data is missing or not an array"),
    ],
)
def test_data_that_does_not_fit_its_shape_is_refused(
    data: str, shape: list[Any], spec_shape: tuple[int, ...], rule: str
) -> None:
    assert rule in refusal("INT64", data, shape, spec_shape=spec_shape)


@pytest.mark.parametrize("datatype", ["FP64", "fp32", None, 5])
def test_another_datatype_than_the_signatures_is_refused(datatype: Any) -> None:
    decoder = TensorDecoder(TensorSpec("t", "FP32", (1,)))

    with pytest.raises(InvalidTensor, match=r"datatype is .*, must be 'FP32'"):
        decoder.decode({"name": "t", "datatype": datatype, "shape": [1], "data": [1]}, NO_PIECES)


def test_a_missing_shape_or_missing_data_is_refused() -> None:
    decoder = TensorDecoder(TensorSpec("t", "FP32", (1,)))

    with pytest.raises(InvalidTensor, match="shape is None"):
        decoder.decode({"name": "t", "datatype": "FP32", "data": [1]}, NO_PIECES)
    with pytest.raises(InvalidTensor, match="data is missing"):
        decoder.decode({"name": "t", "datatype": "FP32", "shape": [1]}, NO_PIECES)


def test_messages_stay_short_whatever_was_sent() -> None:
    long_text = orjson.dumps(["x" * 100_000]).decode()

    assert len(refusal("FP32", long_text)) < 200
    assert len(refusal("FP32", "[1]", [1] * 10_000)) < 200
