"""Outputs as raw bytes: what a client reads from them, and what the record keeps."""

from typing import Any

import numpy as np
import orjson
import pytest

from sluice.catalog.signature import Signature, TensorSpec
from sluice.errors import NonFiniteOutput
from sluice.inference.binary_record import recorded_data
from sluice.inference.response_encoder import EncodedResponse, ResponseEncoder
from sluice.inference.tensors import InferenceResponse
from tests.unit.inference.binary_requests import DTYPES, texts


def encode(outputs: dict[str, tuple[str, Any]], binary: set[str], request_id: str = "7") -> EncodedResponse:
    specs = tuple(TensorSpec(name, datatype, (-1,) * array.ndim) for name, (datatype, array) in outputs.items())
    arrays = {name: array for name, (_, array) in outputs.items()}
    response = InferenceResponse(request_id, "m", 12, arrays, {"reason": "because"}, frozenset(binary))
    return ResponseEncoder("m", 12, Signature((), specs)).encode(response)


def parts_of(encoded: EncodedResponse) -> tuple[dict[str, Any], bytes]:
    assert encoded.json_bytes is not None
    document: dict[str, Any] = orjson.loads(encoded.body[: encoded.json_bytes])
    return document, encoded.body[encoded.json_bytes :]


def test_the_worked_example_has_24_bytes_after_its_json() -> None:
    array = np.arange(6, dtype=np.float32).reshape(3, 2)

    document, raw = parts_of(encode({"output0": ("FP32", array)}, {"output0"}))

    assert document == {
        "model_name": "m",
        "model_version": "12",
        "id": "7",
        "parameters": {"reason": "because"},
        "outputs": [
            {"name": "output0", "datatype": "FP32", "shape": [3, 2], "parameters": {"binary_data_size": 24}},
        ],
    }
    assert raw == array.tobytes()
    assert len(raw) == 24


@pytest.mark.parametrize("datatype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (2, 3)])
def test_every_type_and_shape_is_sent_bit_by_bit(datatype: str, shape: tuple[int, ...]) -> None:
    array = np.ones(shape, DTYPES[datatype])

    document, raw = parts_of(encode({"y": (datatype, array)}, {"y"}))

    assert document["outputs"][0]["shape"] == list(shape)
    assert document["outputs"][0]["parameters"] == {"binary_data_size": len(raw)}
    assert raw == array.tobytes()


def test_texts_have_their_lengths_before_them() -> None:
    _, raw = parts_of(encode({"y": ("BYTES", np.array([["é", ""], ["a\0", "b"]], object))}, {"y"}))

    assert raw == texts("é".encode(), b"", b"a\0", b"b")


def test_arrays_that_are_not_contiguous_are_sent_in_row_major_order() -> None:
    _, raw = parts_of(encode({"y": ("FP32", np.arange(6, dtype=np.float32).reshape(2, 3).T)}, {"y"}))

    assert np.frombuffer(raw, np.float32).tolist() == [0, 3, 1, 4, 2, 5]


def test_json_and_binary_outputs_are_mixed_in_the_responses_order() -> None:
    first, second = np.array([1, 2], np.int16), np.array([3], np.int8)
    outputs = {"a": ("INT16", first), "b": ("FP64", np.array([0.5])), "c": ("INT8", second)}

    document, raw = parts_of(encode(outputs, {"a", "c"}))

    assert [each["name"] for each in document["outputs"]] == ["a", "b", "c"]
    assert [each.get("data") for each in document["outputs"]] == [None, [0.5], None]
    assert raw == first.tobytes() + second.tobytes()


@pytest.mark.parametrize("request_id", ["", "1", "12", "123", "1234567", "é"])
def test_raw_tensors_begin_where_any_datatype_may_be_read(request_id: str) -> None:
    encoded = encode({"y": ("FP64", np.ones(1))}, {"y"}, request_id)

    assert encoded.json_bytes is not None
    assert encoded.json_bytes % 8 == 0


def test_without_a_binary_output_the_body_is_json() -> None:
    assert encode({"y": ("FP64", np.ones(1))}, set()).json_bytes is None


def test_values_that_are_not_finite_are_sent_as_bytes_and_refused_as_json() -> None:
    array = np.array([np.nan, np.inf, -np.inf])
    outputs = {"y": ("FP64", array), "z": ("FP64", array)}

    assert parts_of(encode(outputs, {"y", "z"}))[1] == array.tobytes() * 2
    with pytest.raises(NonFiniteOutput, match=r"element 0 of output 'z'; .* binary data would carry it"):
        encode(outputs, {"y"})


@pytest.mark.parametrize("count", [2, 64, 65, 1000])
def test_sums_that_overflow_are_no_reason_to_refuse(count: int) -> None:
    array = np.full(count, 1.7e308)

    assert orjson.loads(encode({"y": ("FP64", array)}, set()).outputs)[0]["data"] == array.tolist()


def test_the_record_keeps_raw_tensors_as_base64_and_reads_them_back() -> None:
    outputs = {
        "a": ("FP32", np.array([[0.5, np.nan]], np.float32)),
        "b": ("BYTES", np.array(["é"], object)),
        "c": ("BF16", np.array(0x3F80, np.uint16)),
        "d": ("INT64", np.array([1, 2])),
    }

    recorded = orjson.loads(encode(outputs, {"a", "b", "c"}).outputs)

    assert [each["name"] for each in recorded] == ["a", "b", "c", "d"]
    assert recorded[1]["data_base64"] == "AgAAAMOp"
    assert recorded[1]["parameters"] == {"binary_data_size": 6}
    assert repr([recorded_data(each) for each in recorded]) == repr([[0.5, float("nan")], ["é"], [1.0], [1, 2]])


@pytest.mark.parametrize(
    "tensor",
    [
        {},
        {"datatype": "FP32", "shape": [1], "data": "x"},
        {"datatype": "FP32", "shape": [1], "data_base64": 5},
        {"datatype": "FP32", "shape": [1], "data_base64": "A"},
        {"datatype": "FP32", "shape": [2], "data_base64": "AAAA"},
        {"datatype": "FP32", "shape": ["x"], "data_base64": "AAAA"},
        {"datatype": "FP32", "shape": 5, "data_base64": "AAAA"},
        {"datatype": "FP31", "shape": [1], "data_base64": "AAAA"},
    ],
)
def test_what_is_no_recorded_tensor_has_no_data(tensor: dict[str, Any]) -> None:
    assert recorded_data(tensor) is None
