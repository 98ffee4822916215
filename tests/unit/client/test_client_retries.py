"""Tries and pauses: what is temporary is tried again within bounds, and nothing else is."""

import random
from datetime import UTC, datetime

import httpx
import numpy as np
import pytest

from sluice.client import (
    DeadlinePassed,
    InferenceError,
    InvalidInput,
    Refused,
    RetryPolicy,
    ServerFailed,
    Throttled,
    TooLarge,
    Unavailable,
    Unsupported,
)
from sluice.client.exchange import Answer, NoAnswer, Send
from sluice.client.failures import failure_of
from sluice.client.retry import Patience
from tests.unit.client.conftest import Connect, Time
from tests.unit.client.protocol_server import ProtocolServer

ROWS = np.zeros((1, 2), np.float32)
INFER = "POST /v2/models/echo/infer"


def refusing(status: int, times: int = 1, **headers: str) -> list[httpx.Response]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return [httpx.Response(status, json={"error": f"said {status}"}, headers=named) for _ in range(times)]


@pytest.fixture
def server() -> ProtocolServer:
    return ProtocolServer()


@pytest.fixture
def troubled(server: ProtocolServer, connect: Connect) -> Connect:
    """A client that knows its model already; what is in `troubles` comes from the next request on."""

    def connected(*troubles: httpx.Response | Exception, **options: object) -> object:
        client = connect(server, **options)
        client.infer("echo", ROWS)
        server.requests.clear()
        server.troubles.extend(troubles)
        return client

    return connected


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_is_temporary_is_tried_again(server: ProtocolServer, troubled: Connect, time: Time, status: int) -> None:
    result = troubled(*refusing(status, 3)).infer("echo", ROWS)

    assert result.outputs["x"].shape == (1, 2)
    assert server.asked == [INFER] * 4
    assert time.pauses == [0.1, 0.2, 0.4]


@pytest.mark.parametrize(
    "trouble",
    [httpx.ConnectError("refused"), httpx.ReadTimeout("silent"), httpx.RemoteProtocolError("closed in the middle")],
)
def test_broken_connections_are_tried_again(server: ProtocolServer, troubled: Connect, trouble: Exception) -> None:
    troubled(trouble).infer("echo", ROWS)

    assert server.asked == [INFER] * 2


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidInput),
        (401, Refused),
        (403, Refused),
        (409, Refused),
        (413, TooLarge),
        (415, InvalidInput),
        (422, InvalidInput),
        (500, ServerFailed),
        (501, Unsupported),
    ],
)
def test_everything_else_is_told_at_once(
    server: ProtocolServer, troubled: Connect, time: Time, status: int, kind: type[InferenceError]
) -> None:
    with pytest.raises(kind, match=f"said {status}") as failed:
        troubled(*refusing(status)).infer("echo", ROWS)

    assert (failed.value.status, failed.value.message) == (status, f"said {status}")
    assert server.asked == [INFER]
    assert time.pauses == []


def test_tries_are_counted(server: ProtocolServer, troubled: Connect, time: Time) -> None:
    with pytest.raises(Throttled) as failed:
        troubled(*refusing(429, 9, retry_after="2")).infer("echo", ROWS)

    assert server.asked == [INFER] * 4
    assert failed.value.retry_after_seconds == 2
    assert len(time.pauses) == 3


def test_silence_has_no_status(troubled: Connect) -> None:
    client = troubled(httpx.ConnectError("refused"), retries=RetryPolicy(attempts=1))

    with pytest.raises(Unavailable, match=r"echo/infer does not answer: refused") as e:
        client.infer("echo", ROWS)

    assert e.value.status is None


@pytest.mark.parametrize("given", ["3", "Sat, 21 Nov 2026 00:00:03 GMT"])
def test_the_server_says_how_long_to_wait_at_least(troubled: Connect, time: Time, given: str) -> None:
    troubled(*refusing(503, retry_after=given)).infer("echo", ROWS)

    assert time.pauses == [pytest.approx(3.1)]


@pytest.mark.parametrize("given", ["soon", "-1", "", "²"])
def test_a_retry_after_that_is_none_is_ignored(given: str) -> None:
    failure = failure_of(Answer(503, {"retry-after": given}, b""), now=datetime(2026, 1, 1, tzinfo=UTC))

    assert isinstance(failure, Unavailable)
    assert failure.retry_after_seconds == 0


def test_a_pause_beyond_the_deadline_is_not_waited_for(troubled: Connect, time: Time) -> None:
    with pytest.raises(DeadlinePassed, match="deadline of 60 s: said 503") as failed:
        troubled(*refusing(503, retry_after="60")).infer("echo", ROWS)

    assert failed.value.status == 503
    assert time.pauses == []


def test_the_deadline_bounds_all_tries_of_a_call(server: ProtocolServer, troubled: Connect, time: Time) -> None:
    with pytest.raises(DeadlinePassed):
        troubled(*refusing(503, 9, retry_after="2")).infer("echo", ROWS, deadline_seconds=5)

    assert server.asked == [INFER] * 3
    assert time.seconds < 5


def test_a_try_that_took_all_the_time_is_the_last_one(time: Time) -> None:
    patience = Patience(RetryPolicy(deadline_seconds=5), time.instruments)
    steps = patience.ask(Send("GET", "https://api.example"))

    next(steps)
    time.seconds = 6
    with pytest.raises(DeadlinePassed, match="deadline of 5 s has passed"):
        steps.send(NoAnswer("silence"))
    with pytest.raises(DeadlinePassed):
        next(patience.wait(1))


def test_a_try_is_given_no_more_time_than_the_call_has_left(server: ProtocolServer, troubled: Connect) -> None:
    troubled(*refusing(503, retry_after="2")).infer("echo", ROWS, timeout_seconds=4, deadline_seconds=5)

    first, second = (each.extensions["timeout"]["read"] for each in server.requests)
    assert first == 4
    assert second == pytest.approx(5 - 2.1)


def test_jitter_takes_any_part_of_a_pause_that_doubles_up_to_a_bound() -> None:
    policy = RetryPolicy(first_pause_seconds=0.5, longest_pause_seconds=3)
    draw = random.Random(5).random

    for failed_attempts, bound in ((1, 0.5), (2, 1.0), (3, 2.0), (4, 3.0), (40, 3.0), (4000, 3.0)):
        pauses = [policy.pause_seconds(failed_attempts, draw=draw(), retry_after_seconds=0) for _ in range(1000)]
        assert 0 <= min(pauses) < 0.02 * bound
        assert 0.98 * bound < max(pauses) <= bound
        assert sum(pauses) / 1000 == pytest.approx(bound / 2, rel=0.05)


def test_health_is_asked_once_and_silence_is_a_no(server: ProtocolServer, connect: Connect) -> None:
    client = connect(server)
    server.troubles.extend([httpx.ConnectError("refused"), *refusing(503), *refusing(400)])

    assert [client.server_live(), client.server_ready(), client.model_ready("echo")] == [False, False, False]
    assert len(server.asked) == 3


def test_health_says_that_the_caller_may_not_ask(server: ProtocolServer, connect: Connect) -> None:
    server.troubles.extend(refusing(403))

    with pytest.raises(Refused):
        connect(server).server_ready()


def test_a_page_that_is_no_json_is_quoted_in_part(troubled: Connect) -> None:
    with pytest.raises(ServerFailed) as failed:
        troubled(httpx.Response(500, content=b"<html>" + b"x" * 500)).infer("echo", ROWS)

    assert failed.value.message.startswith("<html>")
    assert len(failed.value.message) == 200


def test_a_redirect_is_not_followed_with_the_callers_data(server: ProtocolServer, troubled: Connect) -> None:
    with pytest.raises(InferenceError, match="answered 307; is the base URL right"):
        troubled(httpx.Response(307, headers={"location": "https://elsewhere.example/"})).infer("echo", ROWS)

    assert server.asked == [INFER]


def test_a_base_url_without_http_is_refused_where_it_is_given() -> None:
    from sluice.client import InferenceClient

    with pytest.raises(ValueError, match="'localhost:8080', must begin with http"):
        InferenceClient("localhost:8080")
