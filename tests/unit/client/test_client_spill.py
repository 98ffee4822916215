"""What is too large to be sent goes through the server's store, either way, and the caller does not notice."""

import httpx
import numpy as np
import orjson
import pytest

from sluice.client import ProtocolBroken, Refused, TooLarge, Unavailable
from tests.unit.client.conftest import Connect
from tests.unit.client.protocol_server import STORE, ProtocolServer

SPILLS = ("sluice_uploads",)
BOTH = ("binary_tensor_data", "sluice_uploads")
SMALL = np.zeros((1, 2), np.float32)
LARGE = np.random.default_rng(3).normal(size=(400, 2)).astype(np.float32)
INFER = "POST /v2/models/echo/infer"


def a_server(offers: tuple[str, ...] = SPILLS) -> ProtocolServer:
    return ProtocolServer(offers=offers, inline_limit_bytes=2000)


@pytest.mark.parametrize("offers", [SPILLS, BOTH])
def test_a_large_request_and_a_large_answer_go_through_the_store(connect: Connect, offers: tuple[str, ...]) -> None:
    server = a_server(offers)

    result = connect(server, inline_limit_bytes=2000).infer("echo", LARGE, request_id="mine")

    assert np.array_equal(result.outputs["x"], LARGE)
    assert (result.id, result.model_version, result.reason) == ("mine", "3", "NO_UNIT")
    assert server.asked[2:] == ["POST /v2/models/echo/uploads", "PUT /up0", INFER, "GET /down"]


def test_a_server_that_takes_less_than_was_thought_says_413_and_gets_an_upload(connect: Connect) -> None:
    server = a_server()

    result = connect(server).infer("echo", LARGE)

    assert np.array_equal(result.outputs["x"], LARGE)
    assert server.asked[2:] == [INFER, "POST /v2/models/echo/uploads", "PUT /up0", INFER, "GET /down"]


def test_what_fits_is_sent_as_it_is_and_says_that_a_reference_is_understood(connect: Connect) -> None:
    server = a_server()

    connect(server).infer("echo", SMALL)

    assert server.asked[2:] == [INFER]
    assert server.document["parameters"] == {"sluice_spill": True}


def test_a_server_without_uploads_hears_nothing_of_them(connect: Connect) -> None:
    server = a_server(offers=())

    with pytest.raises(TooLarge, match="Request Too Long"):
        connect(server).infer("echo", LARGE)

    assert "parameters" not in server.document


def test_the_unit_and_other_parameters_stay_out_of_the_store(connect: Connect) -> None:
    server = a_server()

    connect(server, inline_limit_bytes=0).infer("echo", SMALL, unit="u-1", parameters={"sluice_attr_age": 7})

    assert server.document["parameters"] == {
        "sluice_attr_age": 7,
        "sluice_unit": "u-1",
        "sluice_spill": True,
        "sluice_upload": "up0",
    }
    assert "parameters" not in orjson.loads(server.stored["up0"])


def test_the_store_sees_neither_credentials_nor_headers_of_the_caller(connect: Connect) -> None:
    server = a_server()
    client = connect(server, auth=httpx.BasicAuth("me", "secret"), headers={"x-tenant": "t"}, inline_limit_bytes=2000)

    client.infer("echo", LARGE)

    for request in server.requests:
        to_store = str(request.url).startswith(STORE)
        assert ("authorization" in request.headers) is not to_store
        assert ("x-tenant" in request.headers) is not to_store


def test_a_store_that_stumbles_is_asked_again(connect: Connect) -> None:
    server = a_server()
    server.store_troubles.extend([httpx.Response(500), httpx.ReadTimeout("silent")])

    result = connect(server, inline_limit_bytes=2000).infer("echo", LARGE)

    assert np.array_equal(result.outputs["x"], LARGE)
    assert server.asked.count("PUT /up0") == 3


def test_a_store_that_refuses_is_not_asked_again_and_its_url_is_not_told(connect: Connect) -> None:
    server = a_server()
    server.store_troubles.append(httpx.Response(403, content=b"<Code>AccessDenied</Code>"))

    with pytest.raises(Refused, match="AccessDenied"):
        connect(server, inline_limit_bytes=2000).infer("echo", LARGE)

    server.store_troubles.extend([httpx.ConnectError("")] * 4)
    with pytest.raises(Unavailable, match=r"store\.example does not answer") as failed:
        connect(server, inline_limit_bytes=2000).infer("echo", LARGE)
    assert "signature" not in str(failed.value)


def test_half_an_answer_in_the_store_is_an_error(connect: Connect) -> None:
    server = a_server()
    server.store_troubles.extend([None, httpx.Response(200, content=b"half")])

    with pytest.raises(ProtocolBroken, match="4 bytes were stored of an answer of"):
        connect(server, inline_limit_bytes=2000).infer("echo", LARGE)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "/relative", None])
def test_a_reference_that_is_no_url_is_not_followed(connect: Connect, url: str | None) -> None:
    server = a_server()
    said = {"sluice_download": url, "sluice_download_bytes": 3}
    server.rewrite = lambda answer: answer | {"outputs": [], "parameters": said}

    with pytest.raises(ProtocolBroken, match="reference to a large answer is incomplete"):
        connect(server).infer("echo", SMALL)


def test_a_reference_that_nobody_asked_for_is_not_followed(connect: Connect) -> None:
    server = a_server(offers=())
    said = {"sluice_download": f"{STORE}/down", "sluice_download_bytes": 3}
    server.rewrite = lambda answer: answer | {"outputs": [], "parameters": said}

    connect(server).infer("echo", SMALL)

    assert server.asked[-1] == INFER


def test_an_incomplete_place_for_an_upload_is_an_error(connect: Connect) -> None:
    server = a_server()
    client = connect(server, inline_limit_bytes=2000)
    client.infer("echo", SMALL)
    server.troubles.append(httpx.Response(201, json={"upload": "up0"}))

    with pytest.raises(ProtocolBroken, match="request for an upload is incomplete"):
        client.infer("echo", LARGE)
