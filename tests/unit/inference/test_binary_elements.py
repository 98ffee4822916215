"""Raw bytes to arrays: every datatype, bit by bit, without a copy where none is needed."""

from typing import Any

import numpy as np
import pytest

from sluice.errors import InvalidTensor
from tests.unit.inference.binary_requests import DTYPES, decode_one, texts


def array_of(datatype: str, shape: list[int], raw: bytes, **options: Any) -> Any:
    return decode_one(datatype, shape, raw, **options).inputs["x"]


def rule_of(datatype: str, shape: list[int], raw: bytes, **options: Any) -> str:
    with pytest.raises(InvalidTensor) as caught:
        decode_one(datatype, shape, raw, **options)
    assert caught.value.tensor == "x"
    return caught.value.rule


@pytest.mark.parametrize("pad", range(8))
@pytest.mark.parametrize("datatype", DTYPES)
def test_every_type_arrives_bit_by_bit_wherever_it_lies(datatype: str, pad: int) -> None:
    size = np.dtype(DTYPES[datatype]).itemsize
    raw = bytes([0, 1] * 3 * size) if datatype == "BOOL" else bytes(range(1, 6 * size + 1))
    shape = [len(raw) // size // 3, 3]

    array = array_of(datatype, shape, raw, pad=pad)

    assert array.dtype == DTYPES[datatype]
    assert list(array.shape) == shape
    assert array.tobytes() == raw
    assert array.flags.aligned


def test_what_lies_as_the_processor_wants_it_is_a_view_and_other_data_a_copy() -> None:
    raw = np.arange(6, dtype=np.float32).tobytes()

    assert not array_of("FP32", [6], raw).flags.owndata
    assert array_of("FP32", [6], raw, pad=3).flags.owndata
    assert not array_of("UINT8", [24], raw, pad=3).flags.owndata


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -0.0, 5e-324])
def test_binary_data_carries_what_json_cannot(value: float) -> None:
    raw = np.array([value]).tobytes()

    assert array_of("FP64", [1], raw).tobytes() == raw


@pytest.mark.parametrize("shape", [[], [0], [0, 3], [2, 0], [1, 1, 1]])
def test_scalars_and_empty_dimensions_are_taken(shape: list[int]) -> None:
    count = int(np.prod(shape))

    assert array_of("INT32", shape, b"\1\0\0\0" * count).shape == tuple(shape)
    assert array_of("BYTES", shape, texts(b"a") * count).shape == tuple(shape)


@pytest.mark.parametrize("size", [0, 1, 7, 9, 16])
def test_a_size_that_is_not_the_shapes_is_refused(size: int) -> None:
    assert rule_of("FP32", [2], bytes(size)) == f"binary_data_size is {size}, shape [2] of FP32 needs 8"


def test_a_shape_allocates_nothing_by_what_it_claims() -> None:
    assert "needs 4000000000000000000" in rule_of("FP32", [10**9, 10**9], b"1234")
    assert "lengths of 4 bytes" in rule_of("BYTES", [10**9, 10**9], b"1234")
    assert "its other dimensions are too large" in rule_of("FP32", [10**12, 0], b"")


def test_a_boolean_is_the_byte_0_or_1() -> None:
    assert array_of("BOOL", [3], b"\0\1\1").tolist() == [False, True, True]
    assert rule_of("BOOL", [3], b"\0\1\2") == "element 2 is the byte 2, BOOL takes 0 and 1"


def test_texts_are_what_the_model_takes() -> None:
    array = array_of("BYTES", [2, 2], texts(b"", "é\0".encode(), b"null", b"x" * 300))

    assert array.tolist() == [["", "é\0"], ["null", "x" * 300]]


@pytest.mark.parametrize(
    ("shape", "raw", "rule"),
    [
        ([1], b"", "binary_data_size is 0, shape [1] of BYTES needs 1 lengths of 4 bytes"),
        ([1], texts(b"ab")[:-1], "element 0 ends at byte 6, binary_data_size is 5"),
        ([2], texts(b"abcd"), "element 1 ends at byte 12, binary_data_size is 8"),
        ([1], b"\xff\xff\xff\xff", "element 0 ends at byte 4294967299, binary_data_size is 4"),
        ([1], texts(b"a", b"b"), "its 1 elements end at byte 5, binary_data_size is 10"),
        ([0], b"\0", "its 0 elements end at byte 0, binary_data_size is 1"),
        ([2], texts(b"a", b"\xff"), "element 1 is not UTF-8, as the model's strings are"),
    ],
)
def test_a_walk_over_texts_ends_where_the_tensor_ends(shape: list[int], raw: bytes, rule: str) -> None:
    assert rule_of("BYTES", shape, raw) == rule


def test_data_and_binary_data_exclude_each_other() -> None:
    assert rule_of("FP32", [1], b"1234", data=[1.0]) == "it has both data and binary_data_size, must have one of them"
    assert array_of("FP32", [1], b"1234", data=None).tobytes() == b"1234"


@pytest.mark.parametrize("size", [-1, "4", 4.0, True])
def test_a_size_is_a_number_of_bytes(size: Any) -> None:
    rule = rule_of("FP32", [1], b"1234", parameters={"binary_data_size": size})

    assert rule == f"binary_data_size is {size!r}, must be an integer from 0 on"
