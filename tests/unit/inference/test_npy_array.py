"""NumPy's own file format: read as NumPy writes it, converted without a change of value, and never trusted."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.catalog.signature import Signature, TensorSpec
from sluice.errors import InvalidRequest, InvalidTensor, MalformedBody
from sluice.inference.forms.npy_array import envelope_of_array, read_npy
from sluice.inference.request_decoder import RequestDecoder

BODY = b"\x93NUMPY\x01\x00"


def of_one(datatype: str, shape: tuple[int, ...] = (-1, 2)) -> Signature:
    return Signature((TensorSpec("x", datatype, shape),), ())


def npy(array: Any, version: tuple[int, int] | None = None) -> bytes:
    file = BytesIO()
    np.lib.format.write_array(file, np.asanyarray(array), version=version, allow_pickle=False)
    return file.getvalue()


def with_header(header: bytes, data: bytes = b"") -> bytes:
    return BODY + len(header).to_bytes(2, "little") + header + data


def decoded(body: bytes, signature: Signature) -> Any:
    envelope = envelope_of_array(read_npy(body), signature)
    return RequestDecoder(signature).decode(envelope, fallback_id="").inputs["x"]


@pytest.mark.parametrize("version", [None, (1, 0), (2, 0), (3, 0)])
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8", "<f2"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_what_numpy_writes_is_read(version: tuple[int, int] | None, dtype: str, order: Any) -> None:
    rows = np.array([[1.5, -2.25], [3.0, 0.1]]).astype(dtype)

    found = decoded(npy(np.asarray(rows, order=order), version), of_one("FP32"))

    assert found.dtype == np.float32
    assert found.tolist() == rows.astype(np.float32).tolist()


@pytest.mark.parametrize(
    ("array", "datatype"),
    [
        (np.array([[1, 2]], np.int32), "INT64"),
        (np.array([[1, 2]], np.uint8), "FP32"),
        (np.array([[True, False]]), "BOOL"),
        (np.zeros((0, 2), np.float32), "FP32"),
    ],
)
def test_a_wider_type_takes_a_narrower_one(array: Any, datatype: str) -> None:
    assert decoded(npy(array), of_one(datatype)).tolist() == array.tolist()


@pytest.mark.parametrize(
    ("array", "datatype"),
    [
        (np.array([[1, 2]], np.int64), "INT32"),
        (np.array([[1.0, 2.0]]), "INT64"),
        (np.array([[1, 2]], np.int64), "FP32"),
        (np.array([[1.0, 2.0]]), "BYTES"),
        (np.array([[1.0, 2.0]]), "BF16"),
    ],
)
def test_nothing_else_is_converted(array: Any, datatype: str) -> None:
    with pytest.raises(InvalidTensor, match="takes no such values"):
        decoded(npy(array), of_one(datatype))


def test_a_float_beyond_the_models_range_is_refused_and_infinity_is_not() -> None:
    with pytest.raises(InvalidTensor, match="beyond the range of FP32"):
        decoded(npy(np.array([[1e300, 1.0]])), of_one("FP32"))
    assert decoded(npy(np.array([[np.inf, 1.0]])), of_one("FP32")).tolist() == [[np.inf, 1.0]]


def test_one_array_is_one_input() -> None:
    two = Signature((TensorSpec("a", "FP32", (-1,)), TensorSpec("b", "FP32", (-1,))), ())

    with pytest.raises(InvalidRequest, match="takes 2 inputs"):
        envelope_of_array(read_npy(npy([1.0])), two)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x93NUMPY\x09\x00" + bytes(20),
        b"PK\x03\x04" + bytes(20),
        BODY + b"\xff\xff{}",
        npy(np.ones((2, 2)))[:-1],
        npy(np.ones((2, 2))) + b"\0",
        npy(np.array(["text"])),
        npy(np.zeros(1, [("a", "f4")])),
        with_header(b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }\n"),
        with_header(b"{'descr': '<f4', 'fortran_order': False, 'shape': (0, " + b"9" * 100 + b"), }\n"),
        with_header(b"{'descr': '<f3', 'fortran_order': False, 'shape': (1,), }\n", b"\0\0\0"),
        with_header(b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", bytes(8)),
        with_header(b"{'descr': '<f4', 'fortran_order': False, 'shape': (1,,1), }\n", bytes(4)),
        with_header(b"{'descr': '<f4', 'fortran_order': False, 'shape': (" + b"1," * 70 + b"), }\n", bytes(4)),
    ],
)
def test_what_is_no_file_of_numbers_is_refused_without_evaluating_or_allocating_anything(body: bytes) -> None:
    with pytest.raises(MalformedBody):
        read_npy(body)


@given(st.binary(max_size=80), st.integers(0, 200))
def test_no_bytes_at_all_do_anything_but_decode_or_be_refused(noise: bytes, at: int) -> None:
    whole = npy(np.ones((2, 2), np.float32))
    try:
        decoded(whole[:at] + noise + whole[at + len(noise) :], of_one("FP32"))
    except (MalformedBody, InvalidTensor) as refusal:
        assert len(str(refusal)) < 300  # noqa: PT017 - most bodies are refused
