"""One environment's side of the Runtime API: which request it has, and what it says about it."""

import asyncio
from asyncio import Future

from sluice.local.lambda_host.environment import InitFailed, RuntimeAnswer, RuntimeRequest


class RuntimeSession:
    """Passes one request at a time from the host to a runtime that polls for it, and its answer back."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._ready: Future[None] = loop.create_future()
        self._offered: Future[RuntimeRequest | None] = loop.create_future()
        self._answer: Future[RuntimeAnswer] | None = None
        self._request_id: str | None = None
        self._ended = False

    async def ready(self) -> None:
        """Wait for the first poll. Raises InitFailed."""
        await asyncio.shield(self._ready)

    def offer(self, request: RuntimeRequest) -> "Future[RuntimeAnswer]":
        """Give the runtime a request; the future is its answer."""
        self._answer = asyncio.get_running_loop().create_future()
        self._request_id = request.request_id
        self._offered.set_result(request)
        return self._answer

    async def next_request(self) -> RuntimeRequest | None:
        """What `/invocation/next` waits for; None once the session has ended."""
        if not self._ready.done():
            self._ready.set_result(None)
        return await asyncio.shield(self._offered)

    def answer(self, request_id: str, answer: RuntimeAnswer) -> bool:
        """Take the runtime's answer; False if this request is not the one it has."""
        if self._ended or request_id != self._request_id or self._answer is None:
            return False
        self._request_id = None
        self._offered = asyncio.get_running_loop().create_future()
        if not self._answer.done():
            self._answer.set_result(answer)
        return True

    def fail_init(self, document: bytes) -> None:
        """The runtime reports that it cannot start."""
        if not self._ready.done():
            self._ready.set_exception(InitFailed(document))
            # Nobody may be waiting any more; the failure is theirs to see, not the loop's to report.
            self._ready.exception()

    def end(self, init_document: bytes, answer: RuntimeAnswer) -> None:
        """The runtime is gone: answer for it whatever still waits."""
        self._ended = True
        self.fail_init(init_document)
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)
        if not self._offered.done():
            self._offered.set_result(None)

    @property
    def request_id(self) -> str | None:
        """The request that the runtime has, or None."""
        return self._request_id
