"""Whatever JSON comes, the codec gives a result or an error of the client's; results read back."""

import json
from typing import Any

import numpy as np
import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.catalog.signature import Signature, TensorSpec
from sluice.errors import InvalidRequest, SluiceError, Unsupported
from sluice.inference.datatypes import DATATYPES
from sluice.inference.request_decoder import RequestDecoder, read_envelope
from sluice.inference.response_encoder import ResponseEncoder
from sluice.inference.tensors import InferenceRequest, InferenceResponse

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5)
)
SHAPES = st.lists(st.integers(-1, 4) | st.integers(0, 2**70), max_size=4)
JSON_DATATYPES = [row.name for row in DATATYPES if row.name not in ("FP16", "BF16")]


def to_json(value: Any) -> bytes:
    """With integers of any length: what the parser makes of them is part of the test."""
    return json.dumps(value).encode()


def near_request(datatype: str) -> st.SearchStrategy[dict[str, Any]]:
    tensor = st.fixed_dictionaries(
        {"name": st.just("x"), "datatype": st.just(datatype), "shape": SHAPES | JSON, "data": JSON},
        optional={"parameters": JSON},
    )
    return st.fixed_dictionaries(
        {"inputs": st.lists(tensor, min_size=1, max_size=2) | JSON},
        optional={"id": JSON, "parameters": JSON, "outputs": JSON},
    )


def a_decoder(datatype: str, rank: int) -> RequestDecoder:
    spec = TensorSpec("x", datatype, (-1,) * rank)
    return RequestDecoder(Signature((spec,), (TensorSpec("y", datatype, spec.shape),)))


def outcome(decoder: RequestDecoder, body: bytes) -> InferenceRequest | SluiceError:
    try:
        return decoder.decode(read_envelope(body), fallback_id="id")
    except (InvalidRequest, Unsupported) as error:
        return error


@given(st.binary(max_size=60) | JSON.map(to_json))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_any_body_is_refused_in_few_words(body: bytes) -> None:
    refused = outcome(a_decoder("FP32", 1), body)

    assert isinstance(refused, InvalidRequest)
    assert len(str(refused)) < 1000


@given(st.data(), st.sampled_from([row.name for row in DATATYPES]), st.integers(0, 3))
@settings(derandomize=True, max_examples=300, deadline=None)
def test_anything_like_a_request_is_refused_in_few_words_or_understood(data: Any, datatype: str, rank: int) -> None:
    found = outcome(a_decoder(datatype, rank), to_json(data.draw(near_request(datatype))))

    if isinstance(found, SluiceError):
        assert len(str(found)) < 1000
    else:
        assert found.inputs["x"].ndim == rank


def elements_of(datatype: str) -> st.SearchStrategy[Any]:
    match datatype:
        case "BOOL":
            return st.booleans()
        case "BYTES":
            return st.text()
        case "FP32":
            return st.floats(width=32, allow_nan=False, allow_infinity=False)
        case "FP64":
            return st.floats(allow_nan=False, allow_infinity=False)
        case _:
            bounds = np.iinfo(datatype.lower())
            return st.integers(int(bounds.min), int(bounds.max))


@given(st.data(), st.sampled_from(JSON_DATATYPES))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_what_is_decoded_and_encoded_again_is_what_was_sent(data: Any, datatype: str) -> None:
    elements = data.draw(st.lists(elements_of(datatype), max_size=8))
    tensor = {"name": "x", "datatype": datatype, "shape": [len(elements)], "data": elements}
    request = a_decoder(datatype, 1).decode(read_envelope(orjson.dumps({"inputs": [tensor]})), fallback_id="id")

    encoder = ResponseEncoder("m", 1, Signature((), (TensorSpec("y", datatype, (-1,)),)))
    encoded = encoder.encode(InferenceResponse("id", "m", 1, {"y": request.inputs["x"]}, {}))

    assert orjson.loads(encoded.outputs)[0]["data"] == elements
