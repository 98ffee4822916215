"""The port of an execution environment: one place where a function version runs, one request at a time."""

from asyncio import Future
from collections.abc import Callable
from typing import NamedTuple, Protocol

import orjson

from sluice.local.lambda_control.function import FunctionVersion

MAX_RESPONSE_BYTES = 6_291_556
"""AWS's limit for a synchronous response: 6 MiB and 100 bytes."""

_RESPONSE_TOO_LARGE = orjson.dumps(
    {
        "errorMessage": f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes).",
        "errorType": "Function.ResponseSizeTooLarge",
    }
)


LogLine = Callable[[str], None]
"""Takes one line of an environment's output."""


class RuntimeRequest(NamedTuple):
    """One request as the runtime receives it. `deadline_ms` is the machine's epoch time: children read that clock."""

    request_id: str
    payload: bytes
    invoked_arn: str
    deadline_ms: int


class RuntimeAnswer(NamedTuple):
    """What came of a request. With `failed`, `payload` is the error document.

    `reusable` tells whether the environment may serve another request.
    """

    payload: bytes
    failed: bool = False
    reusable: bool = True


class InitFailed(Exception):
    """The environment never became ready; `document` is what the request that wanted it is answered with."""

    def __init__(self, document: bytes) -> None:
        super().__init__(document.decode(errors="replace"))
        self.document = document


class ExecutionEnvironment(Protocol):
    """Started once, then invoked by one caller at a time, then stopped. Everything on the host's event loop.

    `write_line` writes to its log stream.
    """

    pid: int | None
    write_line: LogLine

    async def start(self, request_id: str) -> None:
        """Run the init phase. Raises InitFailed, naming `request_id` where Lambda would."""
        ...

    def invoke(self, request: RuntimeRequest) -> "Future[RuntimeAnswer]":
        """Serve one request. A crash is an answer, never an exception.

        Time limits are the caller's, who may set the future's result himself, but must not cancel it.
        """
        ...

    def is_alive(self) -> bool:
        """Whether a request may be given to it; asked just before one is."""
        ...

    async def stop(self) -> None:
        """End it at once and wait until nothing of it runs. May be called in any state, more than once."""
        ...


DeathWatcher = Callable[[ExecutionEnvironment], None]
"""Told of an environment that died by itself."""

EnvironmentFactory = Callable[[FunctionVersion, DeathWatcher], ExecutionEnvironment]
"""Makes an environment that has not started."""


def answer_of(payload: bytes) -> RuntimeAnswer:
    """A handler's result, or the refusal of one that is too large."""
    if len(payload) > MAX_RESPONSE_BYTES:
        return oversize_answer()
    return RuntimeAnswer(payload)


def oversize_answer() -> RuntimeAnswer:
    """Instead of a result over MAX_RESPONSE_BYTES; the runtime client gives up then, so its process is spent."""
    return RuntimeAnswer(_RESPONSE_TOO_LARGE, failed=True, reusable=False)


def error_document(error_type: str, message: str, request_id: str) -> bytes:
    """The document of a failure that the platform, not the function, reports."""
    return orjson.dumps({"errorType": error_type, "errorMessage": f"RequestId: {request_id} Error: {message}"})
