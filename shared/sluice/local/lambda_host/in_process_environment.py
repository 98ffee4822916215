"""An execution environment inside this process, for tests: one worker thread, so one request at a time.

The handler comes from an injected factory, not from the deployment package and `os.environ`, which this
mode leaves alone. A thread cannot be killed: one that overran its time is left behind and never used again.
"""

import asyncio
import threading
from asyncio import Future
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

from sluice.local.lambda_control.function import FunctionVersion
from sluice.local.lambda_host.environment import InitFailed, LogLine, RuntimeAnswer, RuntimeRequest, error_document
from sluice.local.lambda_host.handler_call import HandlerCall, HandlerFactory, failure_answer
from sluice.local.lambda_host.thread_output import captured, route_output

_KILLED = "Runtime exited with error: signal: killed"


class InProcessEnvironment:
    """Runs one handler on one thread; what that thread prints goes to `write_line`."""

    pid: int | None = None

    def __init__(
        self, version: FunctionVersion, factory: HandlerFactory, *, log_stream: str, write_line: LogLine
    ) -> None:
        self._version = version
        self._factory = factory
        self._log_stream = log_stream
        self.write_line = write_line
        self._loop = asyncio.get_running_loop()
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

    def invoke(self, request: RuntimeRequest) -> "Future[RuntimeAnswer]":
        """Run the handler; `stop` answers for it if it is still running then."""
        answer: Future[RuntimeAnswer] = self._loop.create_future()
        self._request_id = request.request_id
        self._waiting = answer
        self._work.put((request, answer))
        return answer

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
        with captured(self.write_line):
            try:
                call = HandlerCall(self._version, self._factory, log_stream=self._log_stream)
            except BaseException as error:  # noqa: BLE001 - the boundary where any failure is an init error
                self._post(ready, failure_answer(error, ""))
                return
            self._post(ready, None)
            while (work := self._work.get()) is not None:
                request, answer = work
                route_output()
                self._post(answer, call.answer(request))

    def _post(self, future: "Future[Any]", outcome: RuntimeAnswer | None) -> None:
        # A thread that overran its time may finish when the loop is gone; then nobody waits.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(_resolve, future, outcome)


def _resolve(future: "Future[Any]", outcome: RuntimeAnswer | None) -> None:
    if not future.done():
        future.set_result(outcome)
