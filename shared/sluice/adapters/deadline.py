"""A time budget for calls that cannot be interrupted.

A client's timeouts bound each piece of an answer, not the whole, and nothing bounds the look-up of a name. So the
call runs in a thread of its own, and who waits for it stops waiting.
"""

from _queue import SimpleQueue  # what `queue` has of it, without what `queue` imports
from collections.abc import Callable
from threading import Lock, Thread
from typing import Any, Self, TypeVar

from sluice.errors import StoreUnavailable

_Result = TypeVar("_Result")


class Deadline:
    """Runs calls to one store, and waits `budget_ms` for each.

    A late call keeps its worker until it ends; once `worker_limit` are late, calls fail at once. Workers are made when
    they are first needed, so that none is in the snapshot of a function that has not been called; after a freeze,
    those that were late find their time over, and serve again.
    """

    def __init__(self, budget_ms: int, *, store: str = "unit state", worker_limit: int = 4) -> None:
        self._budget_ms = budget_ms
        self._store = store
        self._worker_limit = worker_limit
        self._lock = Lock()
        self._idle: list[_Worker] = []
        self._worker_count = 0
        self._is_closed = False

    def call(self, function: Callable[[], _Result]) -> _Result:
        """What the function returns or raises. Raises StoreUnavailable if that takes longer than the budget."""
        call = _Call(function)
        self._free_worker().calls.put(call)
        if not call.is_done.acquire(timeout=self._budget_ms / 1000):
            raise StoreUnavailable(self._store, f"no answer within {self._budget_ms} ms")
        if call.error is not None:
            raise call.error
        result: _Result = call.result
        return result

    def close(self) -> None:
        """End the workers that wait for work; late ones end with their call, and keep no process from ending."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.calls.put(None)
            worker.thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _free_worker(self) -> "_Worker":
        with self._lock:
            if self._is_closed:
                raise RuntimeError("a closed deadline takes no calls")
            if self._idle:
                return self._idle.pop()
            if self._worker_count == self._worker_limit:
                raise StoreUnavailable(self._store, f"{self._worker_limit} earlier calls have no answer yet")
            worker = _Worker(self._has_worked)
            self._worker_count += 1
            return worker

    def _has_worked(self, worker: "_Worker") -> bool:
        """Take the worker back; False if it is to end."""
        with self._lock:
            if not self._is_closed:
                self._idle.append(worker)
            return not self._is_closed


class _Call:
    """A call on its way. `is_done` is a lock because waiting for one is the cheapest wait there is."""

    __slots__ = ("error", "function", "is_done", "result")

    def __init__(self, function: Callable[[], Any]) -> None:
        self.function = function
        self.result: Any = None
        self.error: BaseException | None = None
        self.is_done = Lock()
        self.is_done.acquire()

    def run(self) -> None:
        try:
            self.result = self.function()
        except BaseException as error:  # noqa: BLE001 - the caller gets it, whatever it is
            self.error = error


class _Worker:
    """A thread that makes one call after the other; `has_worked` says whether to go on."""

    __slots__ = ("calls", "thread")

    def __init__(self, has_worked: Callable[["_Worker"], bool]) -> None:
        self.calls: SimpleQueue[_Call | None] = SimpleQueue()
        self.thread = Thread(target=self._work, args=(has_worked,), name="deadline", daemon=True)
        self.thread.start()

    def _work(self, has_worked: Callable[["_Worker"], bool]) -> None:
        while call := self.calls.get():
            call.run()
            # First back among the idle, then done: the caller's next call finds this worker.
            goes_on = has_worked(self)
            call.is_done.release()
            if not goes_on:
                return
