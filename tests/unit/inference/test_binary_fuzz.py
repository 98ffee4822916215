"""Bodies of the binary extension, right ones and what is left of them after accidents: understood, or refused as ours.

10,000 bodies in an ordinary run, a million by `make fuzz`.
"""

import math
import os
import re
import tracemalloc
from random import Random
from typing import Any, NamedTuple

import numpy as np
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sluice.catalog.signature import Signature, TensorSpec
from sluice.errors import InvalidRequest, Unsupported
from sluice.inference.request_decoder import RequestDecoder, read_envelope
from sluice.inference.response_encoder import ResponseEncoder
from sluice.inference.tensors import InferenceRequest, InferenceResponse
from tests.unit.inference.binary_requests import DTYPES, a_body, binary_tensor, texts

BODIES = int(os.environ.get("SLUICE_FUZZ_BODIES", "10000"))
ACCIDENTS = 100
"""How many bodies are made of each right one."""

# orjson reserves many times the length of what it parses, and Python's numbers take more than JSON's.
_PARSER = 16
_MESSAGES_BYTES = 8192

DATATYPES = (*DTYPES, "BYTES")
NUMBERS = [
    b"0",
    b"1",
    b"2",
    b"-1",
    b"3.5",
    b"1e3",
    b"true",
    b"null",
    b'"4"',
    b"[]",
    b"{}",
    b"65536",
    b"1" * 20,
    b"9" * 40,
]
WORDS = (b"data", b"shape", b"name", b"datatype", b"parameters", b"binary_data_size", b"inputs", b"outputs", b"FP32")


class Message(NamedTuple):
    body: bytes
    header: str | None


class Given(NamedTuple):
    """A model's inputs and a right request to it."""

    specs: tuple[TensorSpec, ...]
    message: Message


@st.composite
def right_requests(draw: st.DrawFn) -> Given:
    specs, tensors, raw = [], [], []
    for index in range(draw(st.integers(1, 3))):
        name, datatype = f"in{index}", draw(st.sampled_from(DATATYPES))
        shape = draw(st.lists(st.integers(0, 4), max_size=3))
        data = _raw_of(draw, datatype, math.prod(shape))
        as_json = datatype == "INT8" and draw(st.booleans())
        tensor = binary_tensor(name, datatype, shape, data)
        specs.append(TensorSpec(name, datatype, tuple(draw(st.sampled_from((-1, size))) for size in shape)))
        tensors.append(_in_json(tensor, data) if as_json else tensor)
        raw += [] if as_json else [data]
    members: dict[str, Any] = draw(st.sampled_from(({}, {"id": "7"}, {"parameters": {"binary_data_output": True}})))
    return Given(tuple(specs), Message(*a_body(tensors, *raw, pad=draw(st.integers(0, 7)), **members)))


def _raw_of(draw: st.DrawFn, datatype: str, count: int) -> bytes:
    if datatype == "BYTES":
        return texts(*(draw(st.text(max_size=4)).encode() for _ in range(count)))
    if datatype == "BOOL":
        return bytes(draw(st.integers(0, 1)) for _ in range(count))
    size = count * np.dtype(DTYPES[datatype]).itemsize
    return draw(st.binary(min_size=size, max_size=size))


def _in_json(tensor: dict[str, Any], data: bytes) -> dict[str, Any]:
    return {**tensor, "parameters": {}, "data": np.frombuffer(data, np.int8).tolist()}


def after_accidents(draw: Random, right: Message) -> Message:
    """The message after one to three accidents."""
    message = right
    for _ in range(draw.randint(1, 3)):
        message = draw.choice(KINDS)(draw, message)
    return message


def _other_byte(draw: Random, message: Message) -> Message:
    at = draw.randrange(len(message.body) or 1)
    return message._replace(body=message.body[:at] + bytes([draw.randrange(256)]) + message.body[at + 1 :])


def _cut(draw: Random, message: Message) -> Message:
    return message._replace(body=message.body[: draw.randint(0, len(message.body))])


def _longer(draw: Random, message: Message) -> Message:
    return message._replace(body=message.body + draw.randbytes(draw.randint(1, 9)))


def _doubled(draw: Random, message: Message) -> Message:
    start = draw.randint(0, len(message.body))
    end = draw.randint(start, len(message.body))
    return message._replace(body=message.body[:end] + message.body[start:end] + message.body[end:])


def _other_number(draw: Random, message: Message) -> Message:
    """One number of the JSON, or of what looks like it, is another; the header fits the new length."""
    found = list(re.finditer(rb"\d+", message.body))
    return _replaced(message, draw.choice(found).span(), draw.choice(NUMBERS)) if found else message


def _other_word(draw: Random, message: Message) -> Message:
    found = list(re.finditer(rb"[a-z_A-Z]{3,}\d*", message.body))
    return _replaced(message, draw.choice(found).span(), draw.choice(WORDS)) if found else message


def _other_header(draw: Random, message: Message) -> Message:
    near = int(message.header) + draw.randint(-9, 9) if message.header and message.header.isdigit() else 0
    return message._replace(header=draw.choice([None, str(near), str(near), "", "x", "0", "9" * 12, str(-near), "1,1"]))


def _replaced(message: Message, span: tuple[int, int], by: bytes) -> Message:
    body = message.body[: span[0]] + by + message.body[span[1] :]
    if message.header is None or not message.header.isdigit() or span[1] > int(message.header):
        return Message(body, message.header)
    return Message(body, str(int(message.header) + len(by) - (span[1] - span[0])))


KINDS = (_other_byte, _cut, _longer, _doubled, _other_number, _other_number, _other_word, _other_header)


def outcome(decoder: RequestDecoder, message: Message) -> InferenceRequest | InvalidRequest | Unsupported:
    try:
        return decoder.decode(read_envelope(message.body, message.header), fallback_id="ours")
    except (InvalidRequest, Unsupported) as error:
        return error


def _json_bytes(message: Message) -> int:
    """How much of the body is parsed as JSON."""
    if message.header is None:
        return len(message.body)
    return min(int(message.header), len(message.body)) if message.header.isdigit() else 0


def check_understood(found: InferenceRequest, specs: tuple[TensorSpec, ...]) -> None:
    """Arrays are those of the signature, and can be sent back and read again."""
    assert found.inputs.keys() == {spec.name for spec in specs}
    for spec in specs:
        array = found.inputs[spec.name]
        assert array.dtype == DTYPES.get(spec.datatype, object)
        assert all(want in (-1, size) for size, want in zip(array.shape, spec.shape, strict=True))
    sent = ResponseEncoder("m", 1, Signature((), specs)).encode(
        InferenceResponse("", "m", 1, found.inputs, {}, frozenset(found.inputs))
    )
    assert sent.json_bytes is not None
    tensors = orjson.loads(sent.body[: sent.json_bytes])["outputs"]
    body, header = a_body(tensors, sent.body[sent.json_bytes :])
    again = RequestDecoder(Signature(specs, ())).decode(read_envelope(body, header), fallback_id="")
    assert all(again.inputs[name].tolist() == array.tolist() or _has_nan(array) for name, array in found.inputs.items())


def bytes_of_tensors(message: Message) -> int:
    """What the inputs say of themselves, all together; without JSON the one input says nothing and has everything."""
    if not _json_bytes(message):
        return len(message.body)
    inputs = orjson.loads(message.body[: _json_bytes(message)])["inputs"]
    return sum((tensor.get("parameters") or {}).get("binary_data_size", 0) for tensor in inputs)


def _has_nan(array: Any) -> bool:
    return array.dtype.kind == "f" and bool(np.isnan(array).any())


@pytest.mark.timeout(3600)
@given(right_requests(), st.integers(0, 2**32))
@settings(
    derandomize=True,
    max_examples=max(1, BODIES // (ACCIDENTS + 1)),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_every_body_is_understood_or_refused_in_few_words(right: Given, seed: int) -> None:
    decoder = RequestDecoder(Signature(right.specs, (TensorSpec("y", "FP32", (-1,)),)))
    understood = decoder.decode(read_envelope(right.message.body, right.message.header), fallback_id="ours")
    check_understood(understood, right.specs)
    draw = Random(seed)
    for _ in range(ACCIDENTS):
        message = after_accidents(draw, right.message)

        found = outcome(decoder, message)

        if isinstance(found, InferenceRequest):
            check_understood(found, right.specs)
            assert bytes_of_tensors(message) == len(message.body) - _json_bytes(message)
        else:
            assert 0 < len(str(found)) < 1000, message


@given(
    st.sampled_from(DATATYPES),
    st.integers(0, 7),
    st.sampled_from(([], [-1], [10**9], [2**31, 2**31], [10**12, 0], [0, 10**12])),
    st.integers(0, 2**32),
)
@settings(derandomize=True, max_examples=150, deadline=None)
def test_no_body_takes_more_than_three_times_its_size_beside_what_its_json_takes(
    datatype: str, pad: int, shape: list[int], seed: int
) -> None:
    draw = Random(seed)
    raw = texts(*[b"x" * 64] * 1000) if datatype == "BYTES" else bytes(2**16)
    width = 68 if datatype == "BYTES" else np.dtype(DTYPES[datatype]).itemsize
    claimed = [len(raw) // width] if shape == [-1] else shape
    body, header = a_body([binary_tensor("x", datatype, claimed, raw)], raw, pad=pad)
    message = Message(body, header) if draw.random() < 0.5 else after_accidents(draw, Message(body, header))
    decoder = RequestDecoder(Signature((TensorSpec("x", datatype, (-1,) * len(claimed)),), ()))
    outcome(decoder, message)

    tracemalloc.start()
    found = outcome(decoder, message)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak_bytes < 3 * len(message.body) + _PARSER * _json_bytes(message) + _MESSAGES_BYTES
    if shape == [-1] and message.body == body and message.header == header:
        assert isinstance(found, InferenceRequest)
