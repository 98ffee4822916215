"""Both clients, told apart by nothing but who waits."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sluice.client import AsyncInferenceClient, ClientOptions, InferenceClient, Instruments
from tests.unit.client.protocol_server import ProtocolServer


@dataclass
class Time:
    """Moves when somebody pauses; `draw` is the most that chance gives."""

    seconds: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds

    async def pause_apart(self, seconds: float) -> None:
        self.pause(seconds)

    @property
    def instruments(self) -> Instruments:
        start = datetime(2026, 11, 21, tzinfo=UTC)
        return Instruments(lambda: self.seconds, lambda: start + timedelta(seconds=self.seconds), lambda: 1.0)


class Awaited:
    """An asynchronous client whose every method is waited for."""

    def __init__(self, client: AsyncInferenceClient) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)
        return lambda *given, **options: asyncio.run(method(*given, **options))


Connect = Callable[..., Any]


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture(params=["sync", "async"])
def connect(request: pytest.FixtureRequest, time: Time) -> Connect:
    """A client of a server, `InferenceClient` and `AsyncInferenceClient` in turn."""

    def connected(server: ProtocolServer, *, auth: httpx.Auth | None = None, **options: Any) -> Any:
        chosen, instruments = ClientOptions(**options), time.instruments
        url, transport = "https://api.example/stage/", server_below(server, "/stage")
        if request.param == "sync":
            return InferenceClient(
                url, auth=auth, options=chosen, transport=transport, instruments=instruments, sleep=time.pause
            )
        return Awaited(
            AsyncInferenceClient(
                url, auth=auth, options=chosen, transport=transport, instruments=instruments, sleep=time.pause_apart
            )
        )

    return connected


def server_below(server: ProtocolServer, prefix: str) -> httpx.MockTransport:
    """The server as a gateway's stage shows it."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "api.example":
            assert request.url.path.startswith(prefix)
            request.url = request.url.copy_with(raw_path=request.url.raw_path.removeprefix(prefix.encode()))
        return server.answer(request)

    return httpx.MockTransport(answer)
