"""Credentials by the environment: keys, or an endpoint as SnapStart has it."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from sluice.adapters.aws_wire.credentials import Credentials, CredentialSource, credential_source
from sluice.adapters.aws_wire.failures import NoAnswer
from sluice.clock import SystemClock
from tests.adapters.wire_server import ScriptedServer, scripted

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class SetClock:
    """It shows what it is set to."""

    def __init__(self) -> None:
        self.shown = NOON

    def now(self) -> datetime:
        return self.shown


def answer(document: Any, status: str = "200 OK") -> bytes:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return b"HTTP/1.1 %s\r\ncontent-length: %d\r\n\r\n%s" % (status.encode(), len(body), body)


def keys(name: str, expires_at: datetime | None = NOON + 60 * MINUTE) -> bytes:
    expiry = {"Expiration": expires_at.isoformat().replace("+00:00", "Z")} if expires_at else {}
    return answer({"AccessKeyId": name, "SecretAccessKey": "s", "Token": "t", **expiry})


@contextmanager
def endpoint(
    *answers: bytes, clock: SetClock | None = None, variables: Mapping[str, str] = MappingProxyType({})
) -> Iterator[tuple[ScriptedServer, CredentialSource]]:
    with scripted(answers) as server:
        place = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{server.url}/creds?x=1", **variables}
        source = credential_source(clock or SetClock(), place)
        yield server, source
        source._pool.drop_connections()  # type: ignore[attr-defined]


def test_keys_of_the_environment_come_first() -> None:
    environment = {
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_SESSION_TOKEN": "t",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/",
    }

    assert credential_source(SystemClock(), environment)() == Credentials("a", "s", "t")


@pytest.mark.parametrize(
    ("environment", "why"), [({}, "no credentials"), ({"AWS_ACCESS_KEY_ID": "a"}, "AWS_SECRET_ACCESS_KEY is not")]
)
def test_without_credentials_a_call_says_what_is_missing(environment: dict[str, str], why: str) -> None:
    with pytest.raises(NoAnswer, match=why):
        credential_source(SystemClock(), environment)()


def test_an_endpoint_is_asked_once_with_its_token() -> None:
    with endpoint(keys("a"), variables={"AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic x"}) as (server, source):
        assert source() == source() == Credentials("a", "s", "t", NOON + 60 * MINUTE)

    [[head]] = server.requests
    assert head.startswith("GET /creds?x=1 HTTP/1.1\n")
    assert "authorization: Basic x" in head


def test_a_token_may_lie_in_a_file_and_wins(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from-file\n")
    variables = {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "x", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(file)}
    with endpoint(keys("a"), variables=variables) as (server, source):
        source()
        file.unlink()
        fresh = credential_source(SetClock(), {**variables, "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url})
        with pytest.raises(NoAnswer, match="AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read"):
            fresh()

    assert "authorization: from-file" in server.requests[0][0]


def test_they_are_fetched_again_ten_minutes_before_they_expire() -> None:
    clock = SetClock()
    with endpoint(keys("a"), keys("b", NOON + 120 * MINUTE), clock=clock) as (_, source):
        assert source().access_key == "a"
        clock.shown = NOON + 50 * MINUTE - timedelta(seconds=1)
        assert source().access_key == "a"
        clock.shown = NOON + 50 * MINUTE
        assert source().access_key == "b"


def test_those_that_still_hold_are_used_while_new_ones_cannot_be_had() -> None:
    clock, failing = SetClock(), answer({}, "500 Internal Server Error")
    with endpoint(keys("a"), *[failing] * 6, clock=clock) as (server, source):
        source()
        clock.shown = NOON + 55 * MINUTE
        assert source().access_key == "a"
        clock.shown = NOON + 60 * MINUTE
        with pytest.raises(NoAnswer, match="status 500"):
            source()

    assert [len(heads) for heads in server.requests] == [7]


def test_an_endpoint_that_fails_is_asked_three_times() -> None:
    failing = answer({}, "503 Service Unavailable")
    with endpoint(failing, failing, keys("a")) as (_, source):
        assert source().access_key == "a"


@pytest.mark.parametrize(
    "nonsense", [b"", b"[]", b"null", b"<html>", {"AccessKeyId": "a"}, {"Expiration": "soon", "AccessKeyId": "a"}]
)
def test_nonsense_is_no_credentials(nonsense: Any) -> None:
    with endpoint(*[answer(nonsense)] * 3) as (_, source), pytest.raises(NoAnswer, match="something else"):
        source()


def test_credentials_without_an_expiry_stay() -> None:
    clock = SetClock()
    with endpoint(keys("a", None), clock=clock) as (_, source):
        source()
        clock.shown = NOON + 10_000 * MINUTE
        assert source().access_key == "a"


@pytest.mark.parametrize(
    "url", ["http://example.com/", "http://10.0.0.1/", "http://169.254.169.254/", "ftp://127.0.0.1/"]
)
def test_no_token_goes_in_plain_text_to_a_stranger(url: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        credential_source(SystemClock(), {"AWS_CONTAINER_CREDENTIALS_FULL_URI": url})


@pytest.mark.parametrize(
    "url", ["https://example.com/x", "http://127.0.0.2:80/", "http://169.254.170.23/v1", "http://[::1]:1/"]
)
def test_loopback_agents_and_https_are_trusted(url: str) -> None:
    source: Callable[[], object] = credential_source(SystemClock(), {"AWS_CONTAINER_CREDENTIALS_FULL_URI": url})

    assert source is not None


def test_what_is_secret_is_not_shown() -> None:
    shown = repr(Credentials("AKIA", "the-secret", "the-token"))

    assert "AKIA" in shown
    assert "the-secret" not in shown
    assert "the-token" not in shown
