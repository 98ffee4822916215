"""Connections that stay open, and servers that do not care."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from sluice.adapters.aws_wire.connection_pool import ConnectionPool
from sluice.adapters.aws_wire.failures import HungUp, NoAnswer
from sluice.adapters.aws_wire.http_address import address_of
from sluice.adapters.aws_wire.http_connection import Timeouts
from sluice.adapters.aws_wire.http_message import HttpRequest
from sluice.adapters.aws_wire.tls import client_context
from tests.adapters.wire_server import OK, RESET, SILENCE, scripted

GET = HttpRequest("GET", "/", {"host": "localhost"})
PUT = HttpRequest("PUT", "/", {"host": "localhost"}, b"x" * 100_000)
PATIENT = Timeouts(60, 60)
LAST = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok"


@contextmanager
def pool_of(url: str, timeouts: Timeouts = PATIENT) -> Iterator[ConnectionPool]:
    pool = ConnectionPool(address_of(url), timeouts)
    yield pool
    pool.drop_connections()


def test_one_connection_serves_one_call_after_the_other() -> None:
    with scripted([OK, OK, OK]) as server, pool_of(server.url) as pool:
        assert [pool.exchange(request).body for request in (GET, PUT, GET)] == [b"ok"] * 3

    assert [len(heads) for heads in server.requests] == [3]


def test_a_connection_that_the_server_ends_is_not_used_again() -> None:
    with scripted([LAST], [LAST]) as server, pool_of(server.url) as pool:
        assert [pool.exchange(GET).body for _ in range(2)] == [b"ok"] * 2

    assert [len(heads) for heads in server.requests] == [1, 1]


@pytest.mark.parametrize("request_", [GET, PUT], ids=["small", "large"])
@pytest.mark.parametrize("end", [(), (RESET,)], ids=["closed", "reset"])
def test_a_connection_that_was_idle_for_too_long_is_replaced_unnoticed(
    end: tuple[bytes, ...], request_: HttpRequest
) -> None:
    with scripted([OK, *end], [OK]) as server, pool_of(server.url) as pool:
        pool.exchange(GET)
        server.hung_up.acquire()

        assert pool.exchange(request_).body == b"ok"

    assert [len(heads) for heads in server.requests] == [1, 1]


def test_a_new_connection_that_hangs_up_is_told_and_not_tried_again() -> None:
    with scripted([b""], [OK]) as server, pool_of(server.url) as pool, pytest.raises(HungUp):
        pool.exchange(GET)

    assert len(server.requests) == 1


def test_an_answer_that_breaks_off_is_told_and_not_asked_for_again() -> None:
    with scripted([OK, OK[:-1]], [OK]) as server, pool_of(server.url) as pool:
        pool.exchange(GET)
        with pytest.raises(NoAnswer, match="breaks off after 1 of 2 bytes"):
            pool.exchange(GET)

    assert len(server.requests) == 1


def test_silence_ends_by_the_timeout_and_its_connection_is_never_read_again() -> None:
    """The answer may still come, and would be taken for that of the next request."""
    with scripted([OK, SILENCE]) as server, pool_of(server.url, Timeouts(60, 0.05)) as pool:
        pool.exchange(GET)
        with pytest.raises(NoAnswer, match="timed out"):
            pool.exchange(GET)
        assert pool._idle == []


def test_nobody_there_is_told() -> None:
    with scripted() as server:
        pass
    with pool_of(server.url) as pool, pytest.raises(NoAnswer, match="connecting to localhost:"):
        pool.exchange(GET)


def test_dropped_connections_are_not_used_again_not_even_those_in_use() -> None:
    with scripted([OK], [OK]) as server, pool_of(server.url) as pool:
        before = pool._generation
        pool.exchange(GET)
        late = pool._take()
        pool.drop_connections()
        assert late is not None
        assert not pool._keep(late, before)
        late.close()

        assert pool.exchange(GET).body == b"ok"

    assert [len(heads) for heads in server.requests] == [1, 1]


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """The only authority that this process trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    return authority


def server_context(authority: trustme.CA, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


def test_a_server_that_proves_its_name_is_spoken_to_in_secret(authority: trustme.CA) -> None:
    with scripted([OK, OK], tls=server_context(authority, "localhost")) as server, pool_of(server.url) as pool:
        assert [pool.exchange(request).body for request in (GET, PUT)] == [b"ok"] * 2


@pytest.mark.parametrize("issuer", ["theirs", "ours"])
def test_a_server_that_is_not_whom_we_mean_hears_nothing(authority: trustme.CA, issuer: str) -> None:
    context = server_context(authority, "other") if issuer == "ours" else server_context(trustme.CA(), "localhost")
    refused = pytest.raises(NoAnswer, match="certificate verify failed")
    with scripted([OK], tls=context) as server, pool_of(server.url) as pool, refused:
        pool.exchange(GET)

    assert server.requests == [[]]


def test_the_authorities_are_read_once(authority: trustme.CA, at_once: Callable[..., list[ssl.SSLContext]]) -> None:
    assert len({id(context) for context in at_once(*[client_context] * 4)}) == 1
