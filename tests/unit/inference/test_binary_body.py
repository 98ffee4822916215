"""The body of the binary tensor extension, and its header."""

import numpy as np
import pytest

from sluice.catalog.signature import Signature, TensorSpec
from sluice.errors import InvalidRequest, InvalidTensor, MalformedBody
from sluice.inference.request_decoder import RequestDecoder, read_envelope
from sluice.inference.tensors import InferenceRequest
from tests.unit.inference.binary_requests import a_body, binary_tensor, decode_one, texts

# The worked example of NVIDIA's document of the extension: 16 and 3 bytes.
WORKED = Signature((TensorSpec("input0", "UINT32", (2, 2)), TensorSpec("input1", "BOOL", (3,))), ())
FIRST, SECOND = np.array([1, 2, 3, 4], np.uint32).tobytes(), b"\1\0\1"
INPUT_0 = binary_tensor("input0", "UINT32", [2, 2], FIRST)
INPUT_1 = binary_tensor("input1", "BOOL", [3], SECOND)


def decode(body: bytes, json_bytes: str | None) -> InferenceRequest:
    return RequestDecoder(WORKED).decode(read_envelope(body, json_bytes), fallback_id="ours")


def test_tensors_lie_in_the_order_of_the_inputs() -> None:
    body, json_bytes = a_body([INPUT_0, INPUT_1], FIRST, SECOND)
    turned, turned_json_bytes = a_body([INPUT_1, INPUT_0], SECOND, FIRST)

    assert len(body) == int(json_bytes) + 19
    for found in (decode(body, json_bytes), decode(turned, turned_json_bytes)):
        assert found.inputs["input0"].tolist() == [[1, 2], [3, 4]]
        assert found.inputs["input1"].tolist() == [True, False, True]


def test_json_and_binary_tensors_may_be_mixed() -> None:
    in_json = {"name": "input0", "datatype": "UINT32", "shape": [2, 2], "data": [[5, 6], [7, 8]]}

    for tensors in ([in_json, INPUT_1], [INPUT_1, in_json]):
        found = decode(*a_body(tensors, SECOND))

        assert found.inputs["input0"].tolist() == [[5, 6], [7, 8]]
        assert found.inputs["input1"].tolist() == [True, False, True]


@pytest.mark.parametrize("as_view", [True, False])
def test_the_header_may_be_there_without_binary_tensors_if_it_fits(as_view: bool) -> None:
    tensors = [
        {"name": "input0", "datatype": "UINT32", "shape": [2, 2], "data": [1, 2, 3, 4]},
        {"name": "input1", "datatype": "BOOL", "shape": [3], "data": [True, False, True]},
    ]
    body, json_bytes = a_body(tensors)
    view = memoryview(body) if as_view else body

    assert read_envelope(view, json_bytes).members["inputs"] == tensors
    assert read_envelope(view).members["inputs"] == tensors
    with pytest.raises(MalformedBody, match="1 bytes after the last tensor"):
        decode(body + b" ", json_bytes)


@pytest.mark.parametrize("header", ["", "x", "-1", "+5", "5.0", "5,5", "0x5", "\u0665", "9" * 30])
def test_a_header_that_is_no_length_is_refused(header: str) -> None:
    with pytest.raises(MalformedBody, match=r"Inference-Header-Content-Length is .* must be the length of the JSON"):
        read_envelope(b"{}", header)


def test_a_header_beyond_the_body_is_refused() -> None:
    with pytest.raises(MalformedBody, match="says 3 bytes of JSON, the body has 2 bytes"):
        read_envelope(b"{}", "3")


def test_a_header_may_have_spaces_around_it() -> None:
    assert read_envelope(b"{}", " 2 ").members == {}


@pytest.mark.parametrize("json_bytes", ["1", "5"])
def test_what_the_header_calls_json_must_be_json(json_bytes: str) -> None:
    with pytest.raises(MalformedBody, match="not valid JSON"):
        read_envelope(b'{"a":1}', json_bytes)


def test_binary_tensors_need_the_header() -> None:
    body, json_bytes = a_body([INPUT_0, INPUT_1], FIRST, SECOND)

    with pytest.raises(InvalidTensor, match="'input0': binary_data_size needs the header Inference-Header-"):
        decode(body[: int(json_bytes)], None)
    with pytest.raises(MalformedBody, match="not valid JSON"):
        decode(body, None)


def test_sizes_must_sum_up_to_what_follows_the_json_exactly() -> None:
    body, json_bytes = a_body([INPUT_0, INPUT_1], FIRST, SECOND)

    with pytest.raises(InvalidTensor, match="'input1': binary_data_size is 3, 2 bytes of the body are left"):
        decode(body[:-1], json_bytes)
    with pytest.raises(InvalidTensor, match="'input0': binary_data_size is 16, 0 bytes of the body are left"):
        decode(body[: int(json_bytes)], json_bytes)
    with pytest.raises(MalformedBody, match="2 bytes after the last tensor; binary_data_size of all inputs must sum"):
        decode(body + b"\0\0", json_bytes)


def test_names_are_checked_before_any_byte_is_read() -> None:
    with pytest.raises(InvalidRequest, match="missing inputs: 'input0'"):
        decode(*a_body([INPUT_1], b""))


def alone(datatype: str, shape: tuple[int, ...], raw: bytes) -> InferenceRequest:
    """The request of a body without any JSON."""
    decoder = RequestDecoder(Signature((TensorSpec("x", datatype, shape),), (TensorSpec("y", "FP16", (-1,)),)))
    return decoder.decode(read_envelope(raw, "0"), fallback_id="ours")


@pytest.mark.parametrize(
    ("spec_shape", "found_shape"), [((-1, 3), (2, 3)), ((2, 3), (2, 3)), ((-1,), (6,)), ((3, -1, 1), (3, 2, 1))]
)
def test_a_body_without_json_is_the_models_one_input_and_wants_raw_bytes(
    spec_shape: tuple[int, ...], found_shape: tuple[int, ...]
) -> None:
    found = alone("FP32", spec_shape, np.arange(6, dtype=np.float32).tobytes())

    assert found.inputs["x"].shape == found_shape
    assert found.inputs["x"].ravel().tolist() == [0, 1, 2, 3, 4, 5]
    assert (found.id, found.requested_outputs) == ("ours", ())
    assert found.binary_outputs == {"y"}


@pytest.mark.parametrize("shape", [(), (1,), (-1, 1)])
def test_a_text_alone_needs_no_length_before_it(shape: tuple[int, ...]) -> None:
    assert alone("BYTES", shape, "é".encode()).inputs["x"].ravel().tolist() == ["é"]


def test_a_body_without_json_has_the_size_of_a_shape_of_the_models() -> None:
    with pytest.raises(InvalidTensor, match=r"binary_data_size is 13, shape \[1, 3\] of FP32 needs 12"):
        alone("FP32", (-1, 3), bytes(13))
    with pytest.raises(InvalidTensor, match=r"binary_data_size is 6, shape \[2\] of BYTES needs 2 lengths"):
        alone("BYTES", (2,), b"ab")
    assert alone("FP32", (-1, 3), b"").inputs["x"].shape == (0, 3)
    assert alone("FP32", (0, -1), b"").inputs["x"].shape == (0, 0)


@pytest.mark.parametrize("shape", [(-1, -1), (3, -1, -1)])
def test_a_shape_that_nobody_can_know_must_be_said(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidRequest, match="needs JSON that says what its raw tensors are"):
        alone("FP32", shape, bytes(12))
    with pytest.raises(InvalidRequest, match="is for models with one input"):
        decode(FIRST + SECOND, "0")


def test_parameters_of_the_extension_mean_nothing_elsewhere() -> None:
    found = decode_one("FP32", [1], b"1234", parameters={"binary_data_size": 4, "binary_data": "yes", "shared": 5})

    assert found.inputs["x"].tobytes() == b"1234"


def test_texts_are_found_behind_other_tensors() -> None:
    signature = Signature((TensorSpec("n", "INT8", (-1,)), TensorSpec("s", "BYTES", (-1,))), ())
    raw = texts("é".encode(), b"")
    tensors = [binary_tensor("n", "INT8", [3], b"123"), binary_tensor("s", "BYTES", [2], raw)]
    body, json_bytes = a_body(tensors, b"123", raw)

    found = RequestDecoder(signature).decode(read_envelope(body, json_bytes), fallback_id="ours")

    assert found.inputs["s"].tolist() == ["é", ""]
