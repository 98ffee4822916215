"""What a caller gives, as a model's tensors: converted where nothing is lost, else refused."""

from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sluice.client import InvalidInput, ModelMetadata, TensorMetadata
from sluice.client.arrays import typed_array
from sluice.client.bfloat16 import from_bits, to_bits
from sluice.client.binary_tensors import array_of_raw, raw_of
from sluice.client.datatypes import BINARY_ONLY, DTYPES
from sluice.client.errors import ProtocolBroken
from sluice.client.inputs import Tensor, tensors_of
from sluice.client.json_tensors import array_of_json, json_data_of

TWO = ModelMetadata("two", inputs=(TensorMetadata("a", "FP32", (-1, 2)), TensorMetadata("b", "INT64", (-1,))))
ONE = ModelMetadata("one", inputs=(TensorMetadata("x", "FP32", (-1, 2)),))


@pytest.mark.parametrize(
    ("datatype", "value"),
    [
        ("FP32", [1, 2]),
        ("FP32", np.array([0.1])),
        ("FP64", np.array([1], np.uint64)),
        ("FP16", [np.inf, np.nan]),
        ("INT8", np.array([-128, 127], np.int64)),
        ("UINT64", [0, 2**64 - 1]),
        ("INT32", []),
        ("INT64", np.array([1, 2], object)),
        ("BOOL", [True]),
        ("BYTES", np.array(["a", "b"])),
        ("BYTES", np.array([b"\xff", "ß"], object)),
        ("BF16", [3.0]),
        ("BF16", np.array([1.5], ml_dtypes.bfloat16)),
    ],
)
def test_what_loses_nothing_but_digits_is_taken(datatype: str, value: Any) -> None:
    found = typed_array("x", value, datatype)

    assert found.dtype == DTYPES[datatype]
    wanted = np.asarray(value, object).astype(found.dtype)
    assert found.shape == wanted.shape
    assert list(map(str, found.tolist())) == list(map(str, wanted.tolist()))


@pytest.mark.parametrize(
    ("datatype", "value", "why"),
    [
        ("INT32", [1.0], "found float64, the model wants INT32"),
        ("FP32", ["1"], "found text, the model wants FP32"),
        ("FP32", [True], "found bool"),
        ("BOOL", [1], "found int64"),
        ("FP32", [1.0, None], "found elements of different kinds"),
        ("INT32", np.array([1], ml_dtypes.bfloat16), "found bfloat16"),
        ("INT8", [128], "outside -128 to 127"),
        ("UINT8", [-1], "outside 0 to 255"),
        ("FP32", [1e39], "too large for FP32"),
        ("FP16", [70000], "too large for FP16"),
        ("FP32", [[1.0], [2.0, 3.0]], "is no array"),
        ("BYTES", [1], "BYTES takes text or bytes"),
        ("BYTES", ["\ud800"], "BYTES takes text or bytes"),
        ("FP8", [1], "FP8, which is no datatype"),
    ],
)
def test_what_would_change_the_meaning_is_refused_by_name(datatype: str, value: Any, why: str) -> None:
    with pytest.raises(InvalidInput, match="'x'") as refused:
        typed_array("x", value, datatype)

    assert why in refused.value.message
    assert refused.value.status is None


@pytest.mark.parametrize(
    ("inputs", "model", "why"),
    [
        ({"a": [[1, 2]]}, TWO, "missing inputs: b; the model takes a, b"),
        ({"a": [[1, 2]], "b": [1], "c": 1}, TWO, "unexpected inputs: c"),
        ([[1, 2]], TWO, "takes 2 inputs .a, b.; give them by name"),
        ([1, 2], ONE, r"shape \[2\], the model wants \[-1, 2\]"),
        ([[1, 2, 3]], ONE, r"shape \[1, 3\], the model wants \[-1, 2\]"),
        ([[1, 2]], ModelMetadata("silent"), "nobody knows which"),
        ({"z": np.array([1j])}, ModelMetadata("silent"), "complex128 has no datatype"),
    ],
)
def test_inputs_that_are_not_the_models_are_refused(inputs: Any, model: ModelMetadata, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        tensors_of(inputs, model)


def test_text_keeps_its_last_nulls_and_bytes_beside_it_stay_bytes() -> None:
    model = ModelMetadata("m", inputs=(TensorMetadata("x", "BYTES", (-1,)),))
    mixed, same = [b"a\0", "b\0", "ß", b"\xc3"], [b"a\0", b"b\0"]

    assert tensors_of({"x": mixed}, model)[0].array.tolist() == mixed
    assert tensors_of({"x": same}, ModelMetadata("silent"))[0].array.tolist() == same


def test_any_number_of_rows_is_a_batch() -> None:
    for rows in (0, 1, 1000):
        (tensor,) = tensors_of(np.zeros((rows, 2)), ONE)
        assert tensor.array.shape == (rows, 2)


def test_big_endian_arrays_travel_little_endian() -> None:
    (tensor,) = tensors_of(np.array([[1.0, 2.0]], ">f4"), ONE)

    assert raw_of(tensor) == np.array([1.0, 2.0], "<f4").tobytes()


NUMBERS = sorted(DTYPES.keys() - {"BYTES", "BF16"})


@given(st.data())
def test_binary_gives_back_every_bit(data: st.DataObject) -> None:
    datatype = data.draw(st.sampled_from(NUMBERS))
    array = data.draw(arrays(DTYPES[datatype], st.sampled_from([(), (0,), (3,), (2, 2)])))

    found = array_of_raw("x", datatype, array.shape, memoryview(raw_of(Tensor("x", datatype, array))))

    assert (found.dtype, found.shape, found.tobytes()) == (array.dtype, array.shape, array.tobytes())


@given(st.data())
def test_json_gives_back_every_bit(data: st.DataObject) -> None:
    import orjson

    datatype = data.draw(st.sampled_from([name for name in NUMBERS if name not in BINARY_ONLY]))
    kinds = {"allow_nan": False, "allow_infinity": False} if DTYPES[datatype].kind == "f" else None
    array = data.draw(arrays(DTYPES[datatype], st.sampled_from([(0,), (3,), (2, 2)]), elements=kinds))

    written = orjson.loads(json_data_of(Tensor("x", datatype, array)))
    found = array_of_json("x", datatype, array.shape, written)

    assert (found.dtype, found.shape, found.tobytes()) == (array.dtype, array.shape, array.tobytes())


@given(st.lists(st.text() | st.binary(), max_size=5))
def test_bytes_give_back_every_element(elements: list[str | bytes]) -> None:
    texts = [each for each in elements if isinstance(each, bytes) or each.isascii()]
    array = typed_array("x", texts, "BYTES")

    found = array_of_raw("x", "BYTES", array.shape, memoryview(raw_of(Tensor("x", "BYTES", array))))

    assert found.tolist() == [each.encode() if isinstance(each, str) else each for each in texts]


@given(st.binary(max_size=20), st.integers(0, 4))
def test_broken_bytes_are_told_apart_from_good_ones(raw: bytes, count: int) -> None:
    try:
        found = array_of_raw("x", "BYTES", (count,), memoryview(raw))
    except ProtocolBroken:
        return
    assert raw_of(Tensor("x", "BYTES", found)) == raw


@given(arrays(np.float32, (16,)))
def test_bf16_rounds_as_ml_dtypes_does(array: Any) -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        wanted = array.astype(ml_dtypes.bfloat16).astype(np.float32)

    assert np.array_equal(from_bits(to_bits(array)), wanted, equal_nan=True)


def test_bf16_in_the_middle_rounds_to_even() -> None:
    middles = ((np.arange(0x4000, 0x4100, dtype=np.uint32) << 16) | 0x8000).view(np.float32)

    assert to_bits(middles).tolist() == middles.astype(ml_dtypes.bfloat16).view(np.uint16).tolist()


def test_fp32_is_written_as_the_fp64_that_it_equals() -> None:
    tensor = Tensor("x", "FP32", np.array([0.1], np.float32))

    assert json_data_of(tensor) == b"[0.10000000149011612]"


def test_null_is_nan_from_servers_that_write_it_so() -> None:
    assert np.isnan(array_of_json("x", "FP32", (2,), [1.0, None])[1])
