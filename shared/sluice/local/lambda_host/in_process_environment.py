"""An execution environment inside this process, for tests: one worker thread, so one request at a time.

The handler comes from an injected factory, not from the deployment package and `os.environ`, which this
mode leaves alone. A thread cannot be killed: one that overran its time is left behind and never used again.
"""

import asyncio
import threading
import time
import traceback
from asyncio import Future
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import orjson
from awslambdaric.lambda_runtime_exception import FaultException
from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller

from sluice.local.lambda_control.function import FunctionVersion
from sluice.local.lambda_host.environment import (
    InitFailed,
    LogLine,
    RuntimeAnswer,
    RuntimeRequest,
    answer_of,
    error_document,
)
from sluice.local.lambda_host.log_store import log_group_of
from sluice.local.lambda_host.thread_output import captured, route_output

Handler = Callable[[Any, Any], Any]
HandlerFactory = Callable[[FunctionVersion], Handler]
"""Makes the handler of a function version; runs once per environment, on its thread."""

_KILLED = "Runtime exited with error: signal: killed"


@dataclass(frozen=True, slots=True)
class InProcessContext:
    """What a handler may ask of its context, named as `awslambdaric` names it. The deadline is epoch time."""

    aws_request_id: str
    invoked_function_arn: str
    function_name: str
    function_version: str
    memory_limit_in_mb: str
    log_group_name: str
    log_stream_name: str
    deadline_ms: int

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's time limit, never negative."""
        return max(0, self.deadline_ms - int(time.time() * 1000))


class InProcessEnvironment:
    """Runs one handler on one thread; what that thread prints goes to `write_line`."""

    pid: int | None = None

    def __init__(
        self, version: FunctionVersion, factory: HandlerFactory, *, log_stream: str, write_line: LogLine
    ) -> None:
        self._version = version
        self._factory = factory
        self._log_stream = log_stream
        self._write_line = write_line
        self._loop = asyncio.get_running_loop()
        self._marshaller = LambdaMarshaller()
        self._work: SimpleQueue[tuple[RuntimeRequest, Future[RuntimeAnswer]] | None] = SimpleQueue()
        self._waiting: Future[Any] | None = None
        self._request_id = ""
        self._stopped = False

    async def start(self, request_id: str) -> None:
        """Make the handler. Raises InitFailed with the factory's own error."""
        self._request_id = request_id
        ready: Future[RuntimeAnswer | None] = self._loop.create_future()
        self._waiting = ready
        threading.Thread(target=self._run, args=(ready,), name=self._log_stream, daemon=True).start()
        failure = await ready
        if failure is not None:
            raise InitFailed(failure.payload)

    async def invoke(self, request: RuntimeRequest) -> RuntimeAnswer:
        """Run the handler; `stop` answers for it if it is still running then."""
        answer: Future[RuntimeAnswer] = self._loop.create_future()
        self._request_id = request.request_id
        self._waiting = answer
        self._work.put((request, answer))
        return await answer

    def is_alive(self) -> bool:
        """Until it is stopped."""
        return not self._stopped

    async def stop(self) -> None:
        """Let the thread end after what it is doing; whoever waits for that is answered now."""
        if self._stopped:
            return
        self._stopped = True
        self._work.put(None)
        if self._waiting is not None:
            document = error_document("Runtime.ExitError", _KILLED, self._request_id)
            _resolve(self._waiting, RuntimeAnswer(document, failed=True, reusable=False))

    def _run(self, ready: "Future[RuntimeAnswer | None]") -> None:
        with captured(self._write_line):
            try:
                handler = self._factory(self._version)
            except BaseException as error:  # noqa: BLE001 - the boundary where any failure is an init error
                self._post(ready, _failure(error, ""))
                return
            self._post(ready, None)
            while (work := self._work.get()) is not None:
                request, answer = work
                route_output()
                self._post(answer, self._handle(handler, request))

    def _handle(self, handler: Handler, request: RuntimeRequest) -> RuntimeAnswer:
        try:
            event = self._marshaller.unmarshal_request(request.payload)
            result, _ = self._marshaller.marshal_response(handler(event, self._context(request)))
        except BaseException as error:  # noqa: BLE001 - the boundary where any failure is a function error
            return _failure(error, request.request_id)
        return answer_of(result if isinstance(result, bytes) else result.encode())

    def _context(self, request: RuntimeRequest) -> InProcessContext:
        version = self._version
        return InProcessContext(
            aws_request_id=request.request_id,
            invoked_function_arn=request.invoked_arn,
            function_name=version.function_name,
            function_version=version.function_version,
            memory_limit_in_mb=str(version.settings.memory_mb),
            log_group_name=log_group_of(version.function_name),
            log_stream_name=self._log_stream,
            deadline_ms=request.deadline_ms,
        )

    def _post(self, future: "Future[Any]", outcome: RuntimeAnswer | None) -> None:
        # A thread that overran its time may finish when the loop is gone; then nobody waits.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(_resolve, future, outcome)


def _resolve(future: "Future[Any]", outcome: RuntimeAnswer | None) -> None:
    if not future.done():
        future.set_result(outcome)


def _failure(error: BaseException, request_id: str) -> RuntimeAnswer:
    if isinstance(error, SystemExit):
        # Lambda's process would have ended here.
        status = error.code if isinstance(error.code, int) else 1
        document = error_document("Runtime.ExitError", f"Runtime exited with error: exit status {status}", request_id)
        return RuntimeAnswer(document, failed=True, reusable=False)
    fault = error if isinstance(error, FaultException) else None
    document = orjson.dumps(
        {
            "errorMessage": fault.msg if fault else str(error),
            "errorType": fault.exception_type if fault else type(error).__name__,
            "requestId": request_id,
            "stackTrace": [] if fault else traceback.format_tb(error.__traceback__)[1:],
        }
    )
    return RuntimeAnswer(document, failed=True)
