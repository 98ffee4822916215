"""Predictions: whatever is given arrives as it was, in JSON and in binary, and comes back."""

import asyncio
from typing import Any

import httpx
import numpy as np
import pytest

from sluice.client import AsyncInferenceClient, InferenceClient, InvalidInput, NotFound, ProtocolBroken
from tests.unit.client.conftest import Connect
from tests.unit.client.protocol_server import ProtocolServer

BINARY = ("binary_tensor_data",)
ROWS = np.array([[1.0, -2.5], [np.float32(0.1), 3.0]], np.float32)


@pytest.mark.parametrize("offers", [(), BINARY])
@pytest.mark.parametrize(
    ("datatype", "values"),
    [
        ("BOOL", [True, False]),
        ("INT8", [-128, 127]),
        ("UINT8", [0, 255]),
        ("INT32", [-(2**31), 2**31 - 1]),
        ("INT64", [-(2**63), 2**63 - 1]),
        ("FP32", [np.float32(0.1), np.float32(3.4e38)]),
        ("FP64", [0.1, 1e308]),
    ],
)
def test_elements_come_back_bit_for_bit(connect: Connect, offers: tuple[str, ...], datatype: str, values: Any) -> None:
    server = ProtocolServer([("x", datatype, [-1])], offers)
    given = np.array(values)

    found = connect(server).infer("echo", given).outputs["x"]

    assert found.tolist() == given.tolist()
    assert ("octet" in server.requests[-1].headers["content-type"]) is bool(offers)


@pytest.mark.parametrize("offers", [(), BINARY])
def test_texts_are_bytes_however_they_travelled(connect: Connect, offers: tuple[str, ...]) -> None:
    server = ProtocolServer([("x", "BYTES", [-1, 2])], offers)

    result = connect(server).infer("echo", [["", "ja"], ["größer", b"bytes"]])

    assert result.outputs["x"].tolist() == [[b"", b"ja"], ["größer".encode(), b"bytes"]]
    assert result.texts("x").tolist() == [["", "ja"], ["größer", "bytes"]]


def test_what_is_no_text_needs_binary_tensors(connect: Connect) -> None:
    inputs = [("x", "BYTES", [-1])]
    given = np.array([b"\xff\x00"], object)

    assert connect(ProtocolServer(inputs, BINARY)).infer("echo", given).outputs["x"].tolist() == [b"\xff\x00"]
    with pytest.raises(InvalidInput, match="'x': bytes that are no UTF-8 need binary tensors"):
        connect(ProtocolServer(inputs)).infer("echo", given)


@pytest.mark.parametrize("datatype", ["FP16", "BF16"])
def test_half_floats_travel_in_binary_only(connect: Connect, datatype: str) -> None:
    inputs = [("x", datatype, [-1])]
    given = np.array([1.5, -0.25, np.inf, np.nan], np.float32)

    found = connect(ProtocolServer(inputs, BINARY)).infer("echo", given).outputs["x"]

    assert np.array_equal(found, given, equal_nan=True)
    with pytest.raises(InvalidInput, match=f"{datatype} needs binary tensors"):
        connect(ProtocolServer(inputs)).infer("echo", given)


def test_numbers_that_json_has_not_need_binary_tensors(connect: Connect) -> None:
    given = np.array([[np.nan, np.inf]], np.float32)

    assert np.isnan(connect(ProtocolServer(offers=BINARY)).infer("echo", given).outputs["x"][0, 0])
    with pytest.raises(InvalidInput, match="'x': JSON carries finite numbers only"):
        connect(ProtocolServer()).infer("echo", given)


def test_tensors_lie_behind_one_another_without_copying_their_order(connect: Connect) -> None:
    server = ProtocolServer([("a", "INT64", [-1]), ("b", "FP32", [-1, 2])], BINARY)
    turned = np.asfortranarray(ROWS)

    result = connect(server).infer("echo", {"b": turned, "a": [7, 8]})

    assert [each["name"] for each in server.document["inputs"]] == ["a", "b"]
    assert result.outputs["a"].tolist() == [7, 8]
    assert np.array_equal(result.outputs["b"], ROWS)


def test_a_result_says_which_version_answered_and_why(connect: Connect) -> None:
    result = connect(ProtocolServer()).infer("echo", ROWS, request_id="mine")

    assert (result.id, result.model_name, result.model_version, result.reason) == ("mine", "echo", "3", "NO_UNIT")


def test_what_was_asked_for_is_in_the_request(connect: Connect) -> None:
    server = ProtocolServer()

    connect(server).infer("echo", ROWS, model_version=3, outputs=["x"], unit="u-1", parameters={"sluice_attr_age": 7})

    assert server.asked[-1] == "POST /v2/models/echo/versions/3/infer"
    assert server.document["outputs"] == [{"name": "x"}]
    assert server.document["parameters"] == {"sluice_attr_age": 7, "sluice_unit": "u-1"}


def test_metadata_are_asked_for_once(connect: Connect) -> None:
    server = ProtocolServer()
    client = connect(server)

    client.infer("echo", ROWS)
    client.infer("echo", ROWS)

    infer = "POST /v2/models/echo/infer"
    assert server.asked == ["GET /v2", "GET /v2/models/echo", infer, infer]


def test_calls_at_the_same_moment_ask_for_metadata_once() -> None:
    server = ProtocolServer()

    async def later(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        return server.answer(request)

    async def ten_at_once() -> None:
        client = AsyncInferenceClient("https://api.example", transport=httpx.MockTransport(later))
        server.troubles.append(httpx.Response(404))
        with pytest.raises(NotFound):
            await client.infer("echo", ROWS)
        await asyncio.gather(*(client.infer("echo", ROWS) for _ in range(10)))

    asyncio.run(ten_at_once())

    assert server.asked[1:3] == ["GET /v2", "GET /v2/models/echo"]
    assert server.asked[3:] == ["POST /v2/models/echo/infer"] * 10


def test_a_refusal_makes_the_next_call_ask_again_what_the_model_takes(connect: Connect) -> None:
    server = ProtocolServer()
    client = connect(server)
    client.infer("echo", ROWS)
    server.inputs = [("x", "FP32", [-1, 3])]
    server.rewrite = lambda _: {"outputs": []}

    with pytest.raises(ProtocolBroken):
        client.infer("echo", ROWS)
    server.troubles.append(httpx.Response(400, json={"error": "no"}))
    with pytest.raises(InvalidInput) as refused:
        client.infer("echo", ROWS)
    with pytest.raises(InvalidInput, match=r"shape \[2, 2\], the model wants \[-1, 3\]"):
        client.infer("echo", ROWS)

    assert (refused.value.status, refused.value.message) == (400, "no")


def test_a_model_that_is_not_there_is_not_found(connect: Connect) -> None:
    server = ProtocolServer()

    with pytest.raises(NotFound, match="nothing at") as found:
        connect(server).infer("no/such", ROWS)

    assert found.value.status == 404
    assert server.requests[-1].url.raw_path.endswith(b"/v2/models/no%2Fsuch")


def test_large_json_may_be_compressed(connect: Connect) -> None:
    server = ProtocolServer()

    result = connect(server, compress_over_bytes=100).infer("echo", np.zeros((50, 2), np.float32))

    assert server.requests[-1].headers["content-encoding"] == "gzip"
    assert len(server.requests[-1].content) < len(server.body)
    assert result.outputs["x"].shape == (50, 2)


def test_what_servers_say_of_themselves_is_typed(connect: Connect) -> None:
    client = connect(ProtocolServer(offers=BINARY))

    assert client.server_live()
    assert client.server_ready()
    assert client.model_ready("echo")
    assert not client.model_ready("other")
    assert client.server_metadata().extensions == BINARY
    metadata = client.model_metadata("echo")
    assert (metadata.versions, metadata.inputs[0].name, metadata.inputs[0].shape) == (("3",), "x", (-1, 2))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda answer: [], "not of the protocol"),
        (lambda answer: answer | {"outputs": [{"name": "x"}]}, "not of the protocol"),
        (lambda answer: _with(answer, shape=[9]), "'x': 4 elements do not fill shape"),
        (lambda answer: _with(answer, datatype="FP8"), "'FP8' is no datatype"),
        (lambda answer: _with(answer, datatype="INT8"), "'x': data are no INT8"),
        (lambda answer: _with(answer, parameters={"binary_data_size": 16}), "'x': 0 bytes are no FP32"),
    ],
)
def test_an_answer_that_the_protocol_does_not_allow_is_an_error_that_says_so(
    connect: Connect, change: Any, why: str
) -> None:
    with pytest.raises(ProtocolBroken, match=why):
        connect(ProtocolServer(rewrite=change)).infer("echo", ROWS)


@pytest.mark.parametrize(
    ("length", "why"),
    [("all", "must be a number of bytes"), ("9999", "of which 9999 should be JSON"), ("3", "not valid")],
)
def test_a_length_that_is_none_is_an_error(connect: Connect, length: str, why: str) -> None:
    server = ProtocolServer()
    client = connect(server)
    client.infer("echo", ROWS)
    server.troubles.append(httpx.Response(200, content=b"{}..", headers={"inference-header-content-length": length}))

    with pytest.raises(ProtocolBroken, match=why):
        client.infer("echo", ROWS)


@pytest.mark.parametrize("document", [[], {}, {"name": "echo", "inputs": [{"name": "x"}]}, {"name": "e", "inputs": 3}])
def test_metadata_that_the_protocol_does_not_allow_are_an_error(connect: Connect, document: Any) -> None:
    server = ProtocolServer()
    server.troubles.append(httpx.Response(200, json=document))

    with pytest.raises(ProtocolBroken, match="model metadata is not of the protocol"):
        connect(server).model_metadata("echo")


def test_clients_close_their_connections() -> None:
    async def both() -> None:
        async with AsyncInferenceClient("https://api.example", transport=ProtocolServer().transport) as client:
            assert await client.server_live()
        with InferenceClient("https://api.example", transport=ProtocolServer().transport) as waiting:
            assert waiting.server_live()
        for method in (client.server_live, waiting.server_live):
            with pytest.raises(RuntimeError, match="closed"):
                await method()  # type: ignore[misc]

    asyncio.run(both())


def test_an_answer_with_bytes_that_no_output_claims_is_an_error(connect: Connect) -> None:
    server = ProtocolServer(offers=BINARY, rewrite=lambda answer: answer | {"outputs": []})

    with pytest.raises(ProtocolBroken, match="16 bytes of raw tensors, its outputs 0"):
        connect(server).infer("echo", ROWS)


def _with(answer: dict[str, Any], **members: Any) -> dict[str, Any]:
    return answer | {"outputs": [answer["outputs"][0] | members]}


def test_a_server_that_says_nothing_of_its_inputs_gets_arrays_as_they_are(connect: Connect) -> None:
    server = ProtocolServer(inputs=[])

    result = connect(server).infer("echo", {"x": ROWS, "n": np.array([1, 2], np.int16), "t": ["a"]})

    assert [each["datatype"] for each in server.document["inputs"]] == ["FP32", "INT16", "BYTES"]
    assert result.outputs["n"].dtype == np.int16
