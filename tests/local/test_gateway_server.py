"""A real HTTP client against the gateway over functions in memory: what reaches them and what comes back."""

import asyncio
import gzip
import http.client
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from sluice.local.aws_errors import AwsError
from sluice.local.gateway.event import GatewayIdentity
from sluice.local.gateway.http_api import GatewaySettings
from sluice.local.gateway.own_answers import GATEWAY_TIMEOUT
from sluice.local.gateway.routes import Route, RouteTable
from sluice.local.gateway.throttle import ThrottleSettings
from tests.local.conftest import ServeFunctions
from tests.plain_http import NO_TLS

OWN = "application/json"


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=20, verify=NO_TLS) as client:
        yield client


async def echo(event: dict[str, Any]) -> Any:
    return event


def refused_with(code: str, status: int) -> Any:
    async def refuse(_: dict[str, Any]) -> Any:
        raise AwsError(code, status, "no")

    return refuse


def assert_own(response: httpx.Response, status: int, message: str) -> None:
    assert (response.status_code, response.json()) == (status, {"message": message})
    assert response.headers["content-type"] == OWN


def raw_exchange(url: str, sent: bytes, *, then_leave: bool = False) -> bytes:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(sent)
        if then_leave:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received


def test_one_connection_serves_request_after_request(serve_functions: ServeFunctions) -> None:
    parts = urlsplit(serve_functions(echo=echo))
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)

    for _ in range(3):
        connection.request("POST", "/echo", body=b"{}")
        first_socket = connection.sock
        assert connection.getresponse().read()
        assert connection.sock is first_socket is not None
    connection.close()


def test_the_function_sees_the_request_and_the_client_its_answer(
    serve_functions: ServeFunctions, client: httpx.Client
) -> None:
    async def answer(event: dict[str, Any]) -> Any:
        headers = {"X-Method": event["requestContext"]["http"]["method"], "Content-Type": "text/plain"}
        return {"statusCode": 202, "headers": headers, "cookies": ["a=1", "b=2"], "body": event["body"]}

    response = client.put(serve_functions(a=answer) + "/a", content="ü", headers={"content-type": "text/plain"})

    assert (response.status_code, response.text, response.headers["x-method"]) == (202, "ü", "PUT")
    assert response.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert response.headers["apigw-requestid"].endswith("=")


def test_the_request_id_of_the_event_is_the_one_the_client_gets(
    serve_functions: ServeFunctions, client: httpx.Client
) -> None:
    response = client.get(serve_functions(echo=echo) + "/echo")

    assert response.json()["requestContext"]["requestId"] == response.headers["apigw-requestid"]


def test_head_gets_the_headers_of_the_answer_without_its_body(
    serve_functions: ServeFunctions, client: httpx.Client
) -> None:
    async def answer(event: dict[str, Any]) -> Any:
        return {"statusCode": 200, "body": event["requestContext"]["http"]["method"]}

    response = client.head(serve_functions(a=answer) + "/a")

    assert (response.status_code, response.headers["content-length"], response.content) == (200, "4", b"")


def test_a_compressed_body_reaches_the_function_as_it_was_sent(
    serve_functions: ServeFunctions, client: httpx.Client
) -> None:
    packed = gzip.compress(b'{"a":1}')
    headers = {"content-type": "application/json", "content-encoding": "gzip"}

    event = client.post(serve_functions(echo=echo) + "/echo", content=packed, headers=headers).json()

    assert event["isBase64Encoded"] is True
    assert event["headers"]["content-length"] == str(len(packed))


def test_bytes_that_are_no_text_in_a_header_are_replaced(serve_functions: ServeFunctions) -> None:
    sent = b"GET /echo HTTP/1.1\r\nHost: x\r\nX-A: \xfe\r\nConnection: close\r\n\r\n"

    received = raw_exchange(serve_functions(echo=echo), sent)

    assert b"200 OK" in received
    assert '"x-a":"\ufffd"'.encode() in received


@pytest.mark.parametrize("line", [b"GET /echo?q=\xff HTTP/1.1", b"GET", b"\x16\x03\x01", b"GET /echo HTTP/9.9"])
def test_what_is_no_http_is_400_and_no_noise(
    serve_functions: ServeFunctions, line: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    received = raw_exchange(serve_functions(echo=echo), line + b"\r\nHost: x\r\n\r\n")

    assert b" 400 Bad Request" in received
    assert not caplog.records


def test_a_client_that_asks_first_is_invited_to_send_its_body(serve_functions: ServeFunctions) -> None:
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"

    received = raw_exchange(serve_functions(echo=echo), head + b"{}")

    assert received.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")


def test_a_client_that_leaves_in_the_middle_of_its_body_reaches_no_function_and_makes_no_noise(
    serve_functions: ServeFunctions, client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    async def record(event: dict[str, Any]) -> Any:
        reached.append(event["rawPath"])
        return {}

    reached: list[str] = []
    url = serve_functions(a=record)
    raw_exchange(url, b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nfive!", then_leave=True)

    client.get(f"{url}/a")

    assert reached == ["/a"]
    assert not caplog.records


def test_an_unknown_path_is_404(serve_functions: ServeFunctions, client: httpx.Client) -> None:
    assert_own(client.get(serve_functions(echo=echo) + "/nowhere"), 404, "Not Found")


def test_routes_can_change_while_serving_and_a_stage_has_its_prefix(
    serve_functions: ServeFunctions, client: httpx.Client
) -> None:
    settings = GatewaySettings(identity=GatewayIdentity(stage="dev"))
    url = serve_functions(settings=settings, routes=RouteTable.of([Route("GET /a", "echo", "live")]), echo=echo)

    assert client.get(f"{url}/dev/a").json()["rawPath"] == "/dev/a"
    assert_own(client.get(f"{url}/a"), 404, "Not Found")
    assert_own(client.get(f"{url}/dev"), 404, "Not Found")
    assert_own(client.get(f"{url}/devil/a"), 404, "Not Found")


def test_a_body_over_ten_mebibytes_is_413_before_it_is_read(serve_functions: ServeFunctions) -> None:
    parts = urlsplit(serve_functions(echo=echo))
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    connection.putrequest("POST", "/echo")
    connection.putheader("Content-Length", "10485761")
    connection.endheaders()

    answer = connection.getresponse()

    assert (answer.status, answer.read()) == (413, b'{"message":"Request Entity Too Large"}')
    connection.close()


def test_a_chunked_body_over_the_limit_is_413(serve_functions: ServeFunctions, client: httpx.Client) -> None:
    url = serve_functions(settings=GatewaySettings(body_limit_bytes=1000), echo=echo)

    response = client.post(f"{url}/echo", content=iter([b"x" * 600] * 2))

    assert_own(response, 413, "Request Entity Too Large")
    assert client.post(f"{url}/echo", content=b"x" * 1000).status_code == 200


def test_a_request_head_over_10240_bytes_is_431(serve_functions: ServeFunctions, client: httpx.Client) -> None:
    url = serve_functions(echo=echo)

    assert client.get(f"{url}/echo", headers={"x-a": "x" * 9_900}).status_code == 200
    assert_own(client.get(f"{url}/echo", headers={"x-a": "x" * 10_240}), 431, "Request Header Fields Too Large")


def test_beyond_the_burst_a_request_is_429(serve_functions: ServeFunctions, client: httpx.Client) -> None:
    throttle = ThrottleSettings(rate_per_second=0, burst_count=2)
    url = serve_functions(settings=GatewaySettings(throttle=throttle), echo=echo)

    assert [client.get(f"{url}/echo").status_code for _ in range(2)] == [200, 200]
    assert_own(client.get(f"{url}/echo"), 429, "Too Many Requests")


@pytest.mark.parametrize(
    ("code", "lambda_status", "status", "message"),
    [
        ("TooManyRequestsException", 429, 503, "Service Unavailable"),
        ("RequestTooLargeException", 413, 413, "Request Entity Too Large"),
        ("ResourceNotFoundException", 404, 500, "Internal Server Error"),
        ("ServiceException", 500, 500, "Internal Server Error"),
    ],
)
def test_a_refusal_of_lambda_becomes_the_gateways_own_answer(
    serve_functions: ServeFunctions, client: httpx.Client, code: str, lambda_status: int, status: int, message: str
) -> None:
    url = serve_functions(a=refused_with(code, lambda_status))

    assert_own(client.get(f"{url}/a"), status, message)


def test_a_function_error_and_an_unusable_answer_are_500(serve_functions: ServeFunctions, client: httpx.Client) -> None:
    async def fail(_: dict[str, Any]) -> Any:
        return 1 / 0

    async def mumble(_: dict[str, Any]) -> Any:
        return {"statusCode": "two hundred"}

    url = serve_functions(fail=fail, mumble=mumble)

    assert_own(client.get(f"{url}/fail"), 500, "Internal Server Error")
    assert_own(client.get(f"{url}/mumble"), 500, "Internal Server Error")


def test_a_defect_behind_the_gateway_is_answered_too(serve_functions: ServeFunctions, client: httpx.Client) -> None:
    async def explode(_: dict[str, Any]) -> Any:
        raise RuntimeError("a defect")

    assert_own(client.get(serve_functions(a=explode) + "/a"), 500, "Internal Server Error")


def test_a_slow_function_is_given_up_by_the_gateway_but_runs_on(
    serve_functions: ServeFunctions, client: httpx.Client
) -> None:
    finish, finished = threading.Event(), threading.Event()

    async def slow(_: dict[str, Any]) -> Any:
        await asyncio.to_thread(finish.wait, 20)
        finished.set()
        return {}

    url = serve_functions(settings=GatewaySettings(integration_timeout_seconds=0.05), slow=slow)

    assert_own(client.get(f"{url}/slow"), 503, "Service Unavailable")
    finish.set()
    assert finished.wait(20)


def test_a_timeout_can_be_answered_as_the_knowledge_centre_says(
    serve_functions: ServeFunctions, client: httpx.Client
) -> None:
    async def never(_: dict[str, Any]) -> Any:
        await asyncio.Event().wait()

    settings = GatewaySettings(integration_timeout_seconds=0.05, timeout_answer=GATEWAY_TIMEOUT)

    assert_own(client.get(serve_functions(settings=settings, a=never) + "/a"), 504, "Gateway Timeout")


def test_simultaneous_requests_do_not_wait_for_each_other(serve_functions: ServeFunctions) -> None:
    async def meet(_: dict[str, Any]) -> Any:
        arrived.append(True)
        if len(arrived) == 4:
            all_here.set()
        await all_here.wait()
        return {"statusCode": 200}

    arrived: list[bool] = []
    all_here = asyncio.Event()
    url = serve_functions(meet=meet)

    async def ask_all() -> list[int]:
        async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
            responses = await asyncio.gather(*(client.get(f"{url}/meet") for _ in range(4)))
            return [response.status_code for response in responses]

    assert asyncio.run(ask_all()) == [200] * 4
