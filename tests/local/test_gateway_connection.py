"""Raw bytes against the gateway: what a careless or hostile client can send, and in which order it is answered."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from sluice.clock import SystemClock
from sluice.local.gateway.connection import ClientConnection
from sluice.local.gateway.http_api import Gateway, GatewaySettings
from sluice.local.gateway.routes import Route, RouteTable
from sluice.local.gateway.throttle import ThrottleSettings
from tests.local.conftest import FunctionsInMemory, ServeFunctions

LAST = b"GET /path HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


async def path(event: dict[str, Any]) -> Any:
    return {"statusCode": 200, "body": event["rawPath"] + event.get("rawQueryString", "")}


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        yield connection


def everything_from(connection: socket.socket) -> bytes:
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    return received


def exchange(url: str, *sent: bytes) -> bytes:
    with connected(url) as connection:
        for each in sent:
            connection.sendall(each)
        return everything_from(connection)


def test_requests_sent_without_waiting_are_answered_in_their_order(serve_functions: ServeFunctions) -> None:
    async def first_last(event: dict[str, Any]) -> Any:
        if event["rawQueryString"] == "0":
            for _ in range(10):
                await asyncio.sleep(0)
        return await path(event)

    requests = [b"GET /path?%d HTTP/1.1\r\nHost: x\r\n\r\n" % at for at in range(3)]
    received = exchange(serve_functions(path=first_last), b"".join([*requests, LAST]))

    order = [received.index(body) for body in (b"/path0", b"/path1", b"/path2")]
    assert order == sorted(order)
    assert received.endswith(b"\r\n\r\n/path")


def test_a_request_that_arrives_byte_by_byte_is_one_request(serve_functions: ServeFunctions) -> None:
    received = exchange(serve_functions(path=path), *(LAST[at : at + 1] for at in range(len(LAST))))

    assert received.count(b"HTTP/1.1 200 OK") == 1


def test_a_client_of_http_1_0_is_left_after_its_answer_unless_it_asks_to_stay(serve_functions: ServeFunctions) -> None:
    url = serve_functions(path=path)

    left = exchange(url, b"GET /path HTTP/1.0\r\n\r\n")
    stayed = exchange(url, b"GET /path HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", LAST)

    assert b"connection: close\r\n" in left
    assert b"connection: keep-alive\r\n" in stayed
    assert stayed.count(b"200 OK") == 2


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_has_no_body_says_nothing_of_its_length(serve_functions: ServeFunctions, status: int) -> None:
    async def empty(_: dict[str, Any]) -> Any:
        return {"statusCode": status, "body": "dropped"}

    received = exchange(serve_functions(path=empty), LAST)

    assert received.startswith(b"HTTP/1.1 %d " % status)
    assert b"content-length" not in received
    assert received.endswith(b"\r\n\r\n")


def test_a_status_without_a_name_is_passed_on(serve_functions: ServeFunctions) -> None:
    async def odd(_: dict[str, Any]) -> Any:
        return {"statusCode": 299, "body": ""}

    assert exchange(serve_functions(path=odd), LAST).startswith(b"HTTP/1.1 299 \r\n")


def test_the_connection_outlives_a_refused_request_whose_body_is_dropped(serve_functions: ServeFunctions) -> None:
    settings = GatewaySettings(body_limit_bytes=10)
    too_large = b"POST /path HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n" + b"x" * 11

    received = exchange(serve_functions(settings=settings, path=path), too_large, LAST)

    assert received.startswith(b"HTTP/1.1 413 ")
    assert b"HTTP/1.1 200 OK" in received


def test_a_client_that_asks_first_and_is_refused_is_left(serve_functions: ServeFunctions) -> None:
    settings = GatewaySettings(throttle=ThrottleSettings(rate_per_second=0, burst_count=0))
    head = b"POST /path HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"

    received = exchange(serve_functions(settings=settings, path=path), head)

    assert received.startswith(b"HTTP/1.1 429 ")
    assert b"100 Continue" not in received


def test_a_client_that_sends_no_more_still_gets_its_answer(serve_functions: ServeFunctions) -> None:
    with connected(serve_functions(path=path)) as connection:
        connection.sendall(b"GET /path HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)

        assert everything_from(connection).endswith(b"/path")


def test_a_head_without_an_end_is_not_read_for_ever(serve_functions: ServeFunctions) -> None:
    received = exchange(serve_functions(path=path), b"GET /path HTTP/1.1\r\nX-A: ", b"x" * 262_145)

    assert received.startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 3\r\nContent-Length: 4",
        b"Content-Length: 3\r\nTransfer-Encoding: chunked",
        b"Content-Length: 3\r\n folded: yes",
        b"Content-Length : 3",
    ],
)
def test_what_two_servers_could_read_in_two_ways_is_400(serve_functions: ServeFunctions, head: bytes) -> None:
    received = exchange(serve_functions(path=path), b"POST /path HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\nabc")

    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.count(b"HTTP/1.1") == 1


def test_who_wants_to_speak_another_protocol_is_answered_in_this_one(serve_functions: ServeFunctions) -> None:
    upgrade = b"GET /path HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nnoise"

    received = exchange(serve_functions(path=path), upgrade)

    assert b"connection: close\r\n" in received
    assert received.endswith(b"/path")


class FullTransport(asyncio.Transport):
    """Takes one answer, and asks for no more until it was told that the client has read."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[bytes] = []

    def write(self, data: Any) -> None:
        self.answers.append(bytes(data))
        self.protocol.pause_writing()

    def is_closing(self) -> bool:
        return False

    def is_reading(self) -> bool:
        return True

    def pause_reading(self) -> None:
        """Everything was read already."""

    def connect(self, protocol: ClientConnection) -> None:
        self.protocol = protocol
        protocol.connection_made(self)


def test_a_client_that_does_not_read_gets_no_further_answers_made() -> None:
    made: list[str] = []

    async def count(event: dict[str, Any]) -> Any:
        made.append(event["rawPath"])
        return {"statusCode": 200, "body": ""}

    async def main() -> None:
        routes = RouteTable.of([Route("GET /path", "path", "live")])
        gateway = Gateway(FunctionsInMemory(path=count), clock=SystemClock(), routes=routes, settings=GatewaySettings())
        connection, transport = ClientConnection(gateway, set()), FullTransport()
        transport.connect(connection)
        connection.data_received(b"GET /path HTTP/1.1\r\nHost: x\r\n\r\n" * 3)
        for answered in (1, 2, 3):
            for _ in range(20):
                await asyncio.sleep(0)
            assert (len(made), len(transport.answers)) == (answered, answered)
            connection.resume_writing()

    asyncio.run(main())
