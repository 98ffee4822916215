"""Pieces of a local plane, each started for one test and closed after it."""

import asyncio
import resource
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import boto3
import orjson
import pytest
from botocore.config import Config

from sluice.clock import SystemClock
from sluice.local.aws_errors import AwsError
from sluice.local.gateway.http_api import Gateway, GatewaySettings
from sluice.local.gateway.routes import Route, RouteTable
from sluice.local.gateway.server import GatewayServer
from sluice.local.lambda_host.invocation import Invocation
from sluice.local.loop_thread import LoopThread
from sluice.local.resources import REGION
from sluice.local.sockets import bound_socket

Function = Callable[[dict[str, Any]], Awaitable[Any]]


class FunctionsInMemory:
    """A FunctionInvoker over coroutines that take an event and return an answer; raising is a function error."""

    def __init__(self, **functions: Function) -> None:
        self._functions = functions

    async def invoke(self, function_name: str, qualifier: str, payload: bytes) -> Invocation:
        function = self._functions.get(function_name)
        if function is None:
            raise AwsError("ResourceNotFoundException", 404, f"Function not found: {function_name}:{qualifier}")
        try:
            # As the port asks: who stops waiting does not end the function.
            answer = await asyncio.shield(asyncio.ensure_future(function(orjson.loads(payload))))
        except ZeroDivisionError:
            return Invocation(b'{"errorMessage":"division by zero"}', "1", "Unhandled")
        return Invocation(answer if isinstance(answer, bytes) else orjson.dumps(answer), "1")


ServeFunctions = Callable[..., str]
"""(routes as key=function name, functions, settings) → the gateway's URL."""


@pytest.fixture
def serve_functions() -> Iterator[ServeFunctions]:
    """Starts gateways over functions in memory; one route per function: its name, upper-cased ANY /name."""
    with _servers() as serve:
        yield serve


@contextmanager
def _servers() -> Iterator[ServeFunctions]:
    loop, started = LoopThread(), []

    def serve(*, settings: GatewaySettings | None = None, routes: RouteTable | None = None, **functions: Any) -> str:
        routes = routes or RouteTable.of(Route(f"ANY /{name}", name, "live") for name in functions)
        gateway = Gateway(
            FunctionsInMemory(**functions),
            clock=SystemClock(),
            routes=routes,
            settings=settings or GatewaySettings(),
        )
        listener = bound_socket(0)
        server = GatewayServer(gateway, listener)
        loop.run(server.start())
        started.append(server)
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    try:
        yield serve
    finally:
        for server in started:
            loop.run(server.stop())
        loop.stop()


@contextmanager
def no_file_may_exceed(limit_bytes: int) -> Iterator[None]:
    """As if the disk were full: writes beyond the limit fail in this process."""
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


Clients = Callable[[str], Any]
"""A service's name → a boto3 client of it."""


@contextmanager
def clients_of(url: str, **keywords: Any) -> Iterator[Clients]:
    """Clients of one endpoint that try once, closed at the end."""
    make: Any = boto3.client
    once = Config(retries={"total_max_attempts": 1})
    with ExitStack() as undo:
        yield lambda service: undo.enter_context(
            closing(make(service, region_name=REGION, endpoint_url=url, config=once, **keywords))
        )


def open_descriptor_count() -> int:
    """How many files and sockets this process holds open."""
    return len(list(Path("/proc/self/fd").iterdir()))
