"""A clock that can be frozen and moved forward, so that a ten-hour rollout can be watched in a second."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sluice.clock import Clock, SystemClock
from sluice.errors import InvalidRequest


class ClockMovedBack(InvalidRequest):
    """Time only goes forward: what was recorded must stay in the past."""

    def __init__(self, now: datetime, wanted: datetime) -> None:
        super().__init__(f"the clock stands at {now.isoformat()} and cannot go back to {wanted.isoformat()}")


class MovableClock:
    """The port `sluice.clock.Clock`, plus control over it. Safe to use from any thread.

    It shows the time of the clock underneath, shifted by all moves so far; while frozen it stands still.
    """

    def __init__(self, underneath: Clock | None = None) -> None:
        self._underneath = underneath or SystemClock()
        self._shift = timedelta()
        self._frozen_at: datetime | None = None
        self._lock = threading.Lock()
        self._sleepers: set[Callable[[], object]] = set()

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        with self._lock:
            return self._now()

    @property
    def is_frozen(self) -> bool:
        """Whether the clock stands still between moves."""
        with self._lock:
            return self._frozen_at is not None

    def advance(self, by: timedelta) -> datetime:
        """Move forward by a duration; returns the new time. Raises ClockMovedBack for a negative one."""
        with self._lock:
            now = self._move(self._now() + by)
        self._wake_sleepers()
        return now

    def move_to(self, instant: datetime) -> datetime:
        """Move forward to an aware instant; returns it in UTC. Raises ClockMovedBack, ValueError when naive."""
        if instant.tzinfo is None:
            raise ValueError(f"{instant.isoformat()} has no time zone")
        with self._lock:
            now = self._move(instant.astimezone(UTC))
        self._wake_sleepers()
        return now

    def freeze(self) -> datetime:
        """Stand still from now on; returns the time shown."""
        with self._lock:
            self._frozen_at = self._now()
            return self._frozen_at

    def resume(self) -> None:
        """Run again, on from the time shown."""
        with self._lock:
            if self._frozen_at is not None:
                self._shift = self._frozen_at - self._underneath.now()
                self._frozen_at = None
        self._wake_sleepers()

    async def sleep_until(self, instant: datetime) -> None:
        """Return once this clock has reached the instant, by running or by being moved."""
        loop, moved = asyncio.get_running_loop(), asyncio.Event()
        with self.woken_by(lambda: loop.call_soon_threadsafe(moved.set)):
            while (remaining_seconds := (instant - self.now()).total_seconds()) > 0:
                moved.clear()
                timeout = None if self.is_frozen else remaining_seconds
                try:
                    await asyncio.wait_for(moved.wait(), timeout)
                except TimeoutError:
                    # Time ran by itself; the condition of the loop decides whether it ran far enough.
                    continue

    @contextmanager
    def woken_by(self, wake: Callable[[], object]) -> Iterator[None]:
        """Call `wake`, from whatever thread moves the clock, after each move of it and when it runs again."""
        with self._lock:
            self._sleepers.add(wake)
        try:
            yield
        finally:
            with self._lock:
                self._sleepers.discard(wake)

    def _now(self) -> datetime:
        return self._frozen_at or self._underneath.now() + self._shift

    def _move(self, wanted: datetime) -> datetime:
        now = self._now()
        if wanted < now:
            raise ClockMovedBack(now, wanted)
        if self._frozen_at is None:
            self._shift += wanted - now
        else:
            self._frozen_at = wanted
        return wanted

    def _wake_sleepers(self) -> None:
        with self._lock:
            sleepers = tuple(self._sleepers)
        for wake in sleepers:
            wake()
