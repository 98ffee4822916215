"""One time limit for many tasks, by one timer of the loop: a timer for each request costs more than its route."""

import asyncio
from collections import deque


class TimeLimit:
    """What has been begun. The task that began it is cancelled once if it does not end it in time."""

    __slots__ = ("at", "has_passed", "task")

    def __init__(self, task: "asyncio.Task[object] | None", at: float) -> None:
        self.task = task
        self.at = at
        self.has_passed = False


class TimeLimits:
    """Limits of the same length, so they pass in the order in which they began. For use on one event loop."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._running: deque[TimeLimit] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> TimeLimit:
        """The running task's limit, from now on. The task must end it."""
        loop = asyncio.get_running_loop()
        limit = TimeLimit(asyncio.current_task(), loop.time() + self._seconds)
        self._running.append(limit)
        if self._timer is None:
            self._timer = loop.call_at(limit.at, self._look)
        return limit

    def end(self, limit: TimeLimit) -> None:
        """The task is through; whether it was cancelled is in `has_passed`."""
        limit.task = None
        self._forget_ended()

    def close(self) -> None:
        """No limit passes any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        while self._running and self._running[0].at <= loop.time():
            limit = self._running.popleft()
            if limit.task is not None:
                limit.has_passed = limit.task.cancel()
        self._forget_ended()
        self._timer = loop.call_at(self._running[0].at, self._look) if self._running else None

    def _forget_ended(self) -> None:
        while self._running and self._running[0].task is None:
            self._running.popleft()
