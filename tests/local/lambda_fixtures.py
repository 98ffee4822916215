"""What the Lambda host's tests share: functions of tiny handlers, hosts in both modes, a clock, a real HTTP server."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

from sluice.local.lambda_control.function import FunctionSettings, FunctionVersion
from sluice.local.lambda_control.function_code import zip_of
from sluice.local.lambda_control.functions import LambdaFunctions
from sluice.local.lambda_host.handler_call import Handler
from sluice.local.lambda_host.host import LambdaHost
from sluice.local.lambda_host.invocation import Invocation
from sluice.local.lambda_host.log_store import LogStore
from sluice.local.lambda_host.settings import HostSettings

TINY = (Path(__file__).parent / "lambda_handlers" / "tiny.py").read_bytes()
TINY_ZIP = zip_of({"tiny.py": TINY})
ROLE = "arn:aws:iam::000000000000:role/sluice"
PROCESS = HostSettings(scale_out=4)


class SetClock:
    """Stands still until moved."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 21, 1, 22, tzinfo=UTC)

    def now(self) -> datetime:
        """The instant it stands at."""
        return self._now

    def move(self, **step: float) -> None:
        """Forward by `timedelta(**step)`."""
        self._now += timedelta(**step)


def run_source(version: FunctionVersion) -> Handler:
    """The handler that the version's settings name, from its own package, freshly executed."""
    module: dict[str, Any] = {"__name__": "handler_under_test"}
    exec(compile(TINY, "tiny.py", "exec"), module)
    if version.settings.handler == "broken.handler":
        raise ValueError("broken on purpose")
    handler: Handler = module["handler"]
    return handler


IN_PROCESS = replace(PROCESS, handler_factory=run_source)
ON_LOOP = replace(IN_PROCESS, handlers_on_loop=True)


def settings_of(**changes: Any) -> FunctionSettings:
    """Settings for the tiny handler, with changes."""
    return replace(FunctionSettings("python3.13", ROLE, "tiny.handler", timeout_seconds=20), **changes)


def tiny_functions(**changes: Any) -> LambdaFunctions:
    """One function `f` that runs the tiny handler."""
    functions = LambdaFunctions()
    functions.create_function("f", settings_of(**changes), zip_bytes=TINY_ZIP)
    return functions


@asynccontextmanager
async def a_host(
    functions: LambdaFunctions,
    settings: HostSettings,
    *,
    seed: int = 7,
    clock: SetClock | None = None,
    log_store: LogStore | None = None,
) -> AsyncIterator[LambdaHost]:
    """A started host, stopped at the end."""
    host = LambdaHost(
        functions, seed=seed, settings=settings, log_store=log_store or LogStore(), clock=clock or SetClock()
    )
    await host.start()
    try:
        yield host
    finally:
        await host.stop()


async def ask(host: LambdaHost, qualifier: str = "$LATEST", **event: Any) -> Any:
    """Invoke `f` and read the answer, whatever it is."""
    return json.loads((await send(host, qualifier, **event)).payload)


async def send(host: LambdaHost, qualifier: str = "$LATEST", **event: Any) -> Invocation:
    """Invoke `f`."""
    return await host.invoke("f", qualifier, json.dumps(event).encode())


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until the condition holds; at most ten seconds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.002)


def states(host: LambdaHost) -> list[str]:
    """What every environment is doing."""
    return sorted(environment.state for environment in host.environments())


def is_running(pid: int) -> bool:
    """Whether a process exists and is more than a zombie that nobody has collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def loop_in_thread() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop that runs beside the test."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def served(application: Any) -> Iterator[str]:
    """A WSGI application behind a real HTTP server; gives its URL."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
