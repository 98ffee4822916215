"""Compressed bodies, both ways: through the handler, bounded, and not at all where nothing is gained."""

import gzip
import tracemalloc
import zlib
from base64 import b64decode
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.inference.content_coding import WORTH_CODING_BYTES, coded_answer, decoded_body
from functions.inference.payload_limit import PAYLOAD_LIMIT_BYTES
from sluice.adapters.http_answer import HttpAnswer
from sluice.errors import MalformedBody, PayloadTooLarge, UnsupportedMediaType
from tests.functions.builders import CONTEXT, a_body, an_event
from tests.functions.http_front import served
from tests.functions.inference_function import InferenceFunction, a_function
from tests.functions.rest_events import as_rest_event

LIMIT_BYTES = 100_000


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


CODINGS: dict[str, Any] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    " GZip ": gzip.compress,
    "deflate": zlib.compress,
}


@pytest.fixture
def function(tmp_path: Path) -> InferenceFunction:
    return a_function(tmp_path)


def many_rows(count: int = 400) -> dict[str, Any]:
    return a_body(shape=[count, 3], data=[0.1] * 3 * count)


@pytest.mark.parametrize("coding", CODINGS)
@given(body=st.binary(max_size=5000))
def test_every_body_comes_back_from_its_coding(coding: str, body: bytes) -> None:
    assert decoded_body(CODINGS[coding](body), coding, LIMIT_BYTES) == body


@given(body=st.binary(max_size=5000))
def test_bare_deflate_is_read_too(body: bytes) -> None:
    assert decoded_body(raw_deflate(body), "deflate", LIMIT_BYTES) == body


def test_members_of_gzip_are_one_body() -> None:
    assert decoded_body(gzip.compress(b"one ") + gzip.compress(b"body"), "gzip", LIMIT_BYTES) == b"one body"


def test_a_body_of_many_members_is_refused_before_it_costs_much() -> None:
    with pytest.raises(MalformedBody, match="more than 16 members"):
        decoded_body(gzip.compress(b"") * 17, "gzip", LIMIT_BYTES)


@given(body=st.binary(max_size=200), coding=st.sampled_from(["gzip", "deflate"]))
def test_no_bytes_at_all_do_anything_but_decode_or_be_refused(body: bytes, coding: str) -> None:
    try:
        decoded_body(body, coding, LIMIT_BYTES)
    except MalformedBody as refusal:
        assert "compressed" in str(refusal) or "Content-Encoding" in str(refusal)  # noqa: PT017 - most bodies raise


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress"])
def test_other_codings_are_not_read(coding: str) -> None:
    with pytest.raises(UnsupportedMediaType, match="must be gzip, deflate or identity"):
        decoded_body(b"", coding, LIMIT_BYTES)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@pytest.mark.parametrize("over_bytes", [0, 1])
def test_the_limit_holds_for_what_comes_out(coding: str, over_bytes: int) -> None:
    packed = CODINGS[coding](b"0" * (LIMIT_BYTES + over_bytes))

    if over_bytes:
        with pytest.raises(PayloadTooLarge):
            decoded_body(packed, coding, LIMIT_BYTES)
    else:
        assert len(decoded_body(packed, coding, LIMIT_BYTES)) == LIMIT_BYTES


@pytest.mark.parametrize("member_count", [1, 1000])
def test_a_bomb_never_takes_more_memory_than_the_limit_and_itself(member_count: int) -> None:
    """64 MiB of zeros in 64 KiB, in one member and in many."""
    bomb = gzip.compress(bytes(2**26 // member_count)) * member_count

    tracemalloc.start()
    try:
        with pytest.raises(PayloadTooLarge):
            decoded_body(bomb, "gzip", LIMIT_BYTES)
        assert tracemalloc.get_traced_memory()[1] < 4 * LIMIT_BYTES + 2 * len(bomb)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("coding", "status"), [("gzip", 200), ("deflate", 200), ("identity", 200), ("br", 415)])
def test_a_compressed_request_is_answered_and_recorded_as_it_was_before(
    function: InferenceFunction, coding: str, status: int
) -> None:
    plain = orjson.dumps(a_body())
    packed = CODINGS.get(coding, bytes)(plain)
    event = an_event(body=packed, headers={"content-encoding": coding}, encoded=True)

    found = function.handler(event, CONTEXT)

    assert found["statusCode"] == status
    assert function.framework(event, CONTEXT) == found
    assert function.handler(as_rest_event(event), CONTEXT) == found
    assert function.records[0]["status"] == status
    if status == 200:
        assert function.records[0]["request_body"] == plain.decode()


@pytest.mark.parametrize(
    ("body", "status"),
    [(gzip.compress(bytes(PAYLOAD_LIMIT_BYTES + 1)), 413), (gzip.compress(b"{}")[:-3], 400), (b"{}", 400)],
    ids=["a bomb", "cut off", "not compressed"],
)
def test_a_body_that_cannot_be_unpacked_is_refused_and_recorded(
    function: InferenceFunction, body: bytes, status: int
) -> None:
    found, document = function.call(an_event(body=body, headers={"content-encoding": "gzip"}, encoded=True))

    assert found == status
    assert function.records[0]["error"]["message"] == document["error"]


def test_the_length_of_the_json_counts_what_is_unpacked(function: InferenceFunction) -> None:
    tensor = {"name": "x", "datatype": "FP32", "shape": [1, 3], "parameters": {"binary_data_size": 12}}
    head = orjson.dumps({"inputs": [tensor]})
    headers = {"content-encoding": "gzip", "inference-header-content-length": str(len(head))}
    body = gzip.compress(head + np.array([1, 2, 3], np.float32).tobytes())

    assert function.call(an_event(body=body, headers=headers, encoded=True))[0] == 200


def test_a_large_answer_is_compressed_for_those_who_take_it_and_smaller(function: InferenceFunction) -> None:
    event = an_event(body=many_rows(), headers={"accept-encoding": "gzip, deflate, br"})
    packed = function.handler(event, CONTEXT)
    plain = function.handler(an_event(body=many_rows()), CONTEXT)

    assert packed["headers"]["content-encoding"] == "gzip"
    assert packed["headers"]["vary"] == "accept-encoding"
    assert int(packed["headers"]["content-length"]) < len(plain["body"]) / 4
    assert gzip.decompress(b64decode(packed["body"])).decode() == plain["body"]
    assert "content-encoding" not in plain["headers"]


@pytest.mark.parametrize("accept_encoding", ["", "br", "gzip;q=0", "identity", "gzip;q=none"])
def test_who_does_not_take_gzip_does_not_get_it(function: InferenceFunction, accept_encoding: str) -> None:
    answer = function.handler(an_event(body=many_rows(), headers={"accept-encoding": accept_encoding}), CONTEXT)

    assert answer["isBase64Encoded"] is False
    assert "content-encoding" not in answer["headers"]


@pytest.mark.parametrize("accept_encoding", ["gzip", "*", "br;q=1.0, gzip;q=0.8, *;q=0.1"])
def test_every_way_to_say_gzip_is_understood(accept_encoding: str) -> None:
    answer = coded_answer(HttpAnswer(200, b"0" * WORTH_CODING_BYTES), accept_encoding)

    assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    "answer",
    [
        HttpAnswer(200, b"0" * (WORTH_CODING_BYTES - 1)),
        HttpAnswer(200, bytes(10_000), is_binary=True),
        HttpAnswer(200, np.random.default_rng(7).bytes(10_000)),
    ],
    ids=["small", "raw tensors", "what does not get smaller"],
)
def test_what_gains_nothing_is_left_as_it_is(answer: HttpAnswer) -> None:
    assert coded_answer(answer, "gzip").body == answer.body


def test_a_rest_api_gets_text_for_it_takes_base64_for_text(function: InferenceFunction) -> None:
    event = as_rest_event(an_event(body=many_rows(), headers={"accept-encoding": "gzip"}))

    assert function.handler(event, CONTEXT)["isBase64Encoded"] is False


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@pytest.mark.parametrize("is_binary", [False, True], ids=["JSON", "raw tensors"])
def test_an_unmodified_tritonclient_compresses_both_ways(
    function: InferenceFunction, coding: str, is_binary: bool
) -> None:
    from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput

    rows = np.full((400, 3), 0.1, np.float32)
    tensor = InferInput("x", rows.shape, "FP32")
    tensor.set_data_from_numpy(rows, binary_data=is_binary)
    wanted = [InferRequestedOutput("scores", binary_data=is_binary)]

    with served(function.handler) as address, InferenceServerClient(address) as client:
        options = {"request_compression_algorithm": coding, "response_compression_algorithm": coding}
        scores = client.infer("risk", [tensor], outputs=wanted, **options).as_numpy("scores")

    assert scores.shape == (400, 2)
    assert scores[0] == pytest.approx([0.65, -0.375])
