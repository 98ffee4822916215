"""Objects of S3 where moto shows nothing: hosts of buckets, retries, and what a broken S3 says."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from sluice.adapters.aws_wire.attempts import Attempts, random_fraction
from sluice.adapters.aws_wire.credentials import Credentials
from sluice.adapters.aws_wire.failures import NoAnswer
from sluice.adapters.aws_wire.http_connection import Timeouts
from sluice.adapters.aws_wire.http_message import HttpResponse
from sluice.adapters.aws_wire.s3_wire import S3Wire, object_place
from sluice.adapters.aws_wire.service_place import place_of
from sluice.adapters.aws_wire.signed_service import SignedService
from sluice.clock import SystemClock
from sluice.errors import StoreUnavailable
from tests.adapters.dynamodb_ways import signed_for
from tests.adapters.wire_server import OK, ScriptedServer, scripted


def error(status: str, code: str) -> bytes:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>as told</Message></Error>".encode()
    return b"HTTP/1.1 %s\r\ncontent-length: %d\r\n\r\n%s" % (status.encode(), len(body), body)


SLOW_DOWN = error("503 Slow Down", "SlowDown")
TAKEN = error("412 Precondition Failed", "PreconditionFailed")
CONFLICT = error("409 Conflict", "ConditionalRequestConflict")


@contextmanager
def s3(*answers: bytes) -> Iterator[tuple[S3Wire, ScriptedServer, list[float]]]:
    pauses: list[float] = []
    with scripted(answers) as server:
        place = place_of("s3", signed_for(server.url))
        service = SignedService(place, Timeouts(60, 60), credentials=lambda: Credentials("a", "s"), clock=SystemClock())
        yield S3Wire(service, Attempts(3, pauses.append, lambda: 0.5)), server, pauses
        service.drop_connections()


def test_what_passes_is_tried_three_times_with_growing_pauses() -> None:
    with s3(SLOW_DOWN, SLOW_DOWN, OK) as (wire, _, pauses):
        assert wire.get("b", "k") == b"ok"

    assert pauses == [0.5, 1.0]


def test_what_does_not_pass_is_told_by_its_code_and_message() -> None:
    with (
        s3(*[SLOW_DOWN] * 3) as (wire, _, _),
        pytest.raises(StoreUnavailable, match=r"bucket b .*SlowDown: as told"),
    ):
        wire.get("b", "k")


@pytest.mark.parametrize("status", ["403 Forbidden", "404 Not Found", "307 Temporary Redirect"])
def test_a_refusal_is_not_asked_again(status: str) -> None:
    with s3(error(status, "Because")) as (wire, server, pauses), pytest.raises(StoreUnavailable, match="Because"):
        wire.put_if_absent(b"x", bucket="b", key="k")

    assert (len(server.requests[0]), pauses) == (1, [])


def test_a_key_that_is_taken_stays_and_one_that_is_being_written_is_tried_again() -> None:
    with s3(CONFLICT, CONFLICT, TAKEN, CONFLICT, OK) as (wire, _, _):
        assert not wire.put_if_absent(b"x", bucket="b", key="k")
        assert wire.put_if_absent(b"x", bucket="b", key="k")

    with s3(*[CONFLICT] * 3) as (wire, _, _), pytest.raises(StoreUnavailable, match="never ended"):
        wire.put_if_absent(b"x", bucket="b", key="k")


def test_an_upload_is_conditional_and_checked_on_arrival() -> None:
    with s3(OK) as (wire, server, _):
        wire.put_if_absent(b"graph", bucket="b", key="kind/ä b")

    [[head]] = server.requests
    assert head.startswith("PUT /b/kind/%C3%A4%20b HTTP/1.1\n")
    assert "if-none-match: *" in head
    assert "x-amz-checksum-sha256: " in head
    assert "x-amz-sdk-checksum-algorithm: SHA256" in head


@pytest.mark.parametrize(
    ("bucket", "host", "path"),
    [
        ("plain", "plain.s3.eu-central-1.amazonaws.com", "/k"),
        ("with.dots", "s3.eu-central-1.amazonaws.com", "/with.dots/k"),
    ],
)
def test_a_bucket_has_a_host_of_its_own_unless_its_name_has_dots(bucket: str, host: str, path: str) -> None:
    address, target = object_place(place_of("s3", {"AWS_REGION": "eu-central-1"}), bucket, "k")

    assert (address.authority, target) == (host, path)


@pytest.mark.parametrize(
    ("script", "status", "pauses"),
    [
        ([200], 200, 0),
        ([404], 404, 0),
        ([429, 200], 200, 1),
        ([500, 502, 200], 200, 2),
        ([503, 503, 504], 504, 2),
        ([None, None, 200], 200, 2),
    ],
)
def test_attempts_end_with_the_first_answer_that_is_final(
    script: Sequence[int | None], status: int, pauses: int
) -> None:
    left = list(script)
    paused: list[float] = []

    def send() -> HttpResponse:
        told = left.pop(0)
        if told is None:
            raise NoAnswer("silence")
        return HttpResponse(told, {}, b"")

    assert Attempts(3, paused.append).made(send).status == status
    assert len(paused) == pauses
    assert left == []


def test_silence_at_every_attempt_is_told() -> None:
    def send() -> HttpResponse:
        raise NoAnswer("silence")

    with pytest.raises(NoAnswer, match="silence"):
        Attempts(3, lambda _: None).made(send)


def test_fractions_are_fractions() -> None:
    assert all(0 <= random_fraction() < 1 for _ in range(100))
