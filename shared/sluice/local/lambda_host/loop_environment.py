"""An execution environment on the host's own thread, for handlers that never wait: no thread is woken for them.

The handler holds up everything else on the loop while it runs: no time limit can cut it off, and it must not ask the
gateway that waits for it.
"""

import asyncio
from asyncio import Future

from sluice.local.lambda_control.function import FunctionVersion
from sluice.local.lambda_host.environment import InitFailed, LogLine, RuntimeAnswer, RuntimeRequest
from sluice.local.lambda_host.handler_call import HandlerCall, HandlerFactory, failure_answer
from sluice.local.lambda_host.thread_output import captured


class LoopEnvironment:
    """Runs one handler where it is invoked; what it prints meanwhile goes to `write_line`."""

    pid: int | None = None

    def __init__(
        self, version: FunctionVersion, factory: HandlerFactory, *, log_stream: str, write_line: LogLine
    ) -> None:
        self._version = version
        self._factory = factory
        self._log_stream = log_stream
        self.write_line = write_line
        self._output = captured(write_line)
        self._call: HandlerCall | None = None
        self._stopped = False

    async def start(self, request_id: str) -> None:
        """Make the handler. Raises InitFailed with the factory's own error."""
        with self._output:
            try:
                self._call = HandlerCall(self._version, self._factory, log_stream=self._log_stream)
            except BaseException as error:
                raise InitFailed(failure_answer(error, request_id).payload) from error

    def invoke(self, request: RuntimeRequest) -> "Future[RuntimeAnswer]":
        """Run the handler; the future is done."""
        assert self._call is not None
        answer: Future[RuntimeAnswer] = asyncio.get_running_loop().create_future()
        with self._output:
            answer.set_result(self._call.answer(request))
        return answer

    def is_alive(self) -> bool:
        """Until it is stopped."""
        return not self._stopped

    async def stop(self) -> None:
        """Take no more requests; none is running, as this is running."""
        self._stopped = True
