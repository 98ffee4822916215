"""Waiting in threads by the plane's clock, for code of moto's that would wait by the machine's."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Condition

from sluice.local.movable_clock import MovableClock


class ClockWaits:
    """Waits that end when the clock says so, and all of them when the plane ends."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.is_over = False
        self._waiting: set[ClockEvent] = set()

    def event(self) -> "ClockEvent":
        """A new event, not set."""
        return ClockEvent(self)

    def sleep(self, seconds: float) -> None:
        """Let so many seconds of the clock pass."""
        self.event().wait(seconds)

    def end(self) -> None:
        """Nobody waits any more, now or later."""
        self.is_over = True
        for waiting in tuple(self._waiting):
            waiting.look()

    @contextmanager
    def heard_by(self, event: "ClockEvent") -> Iterator[None]:
        """Let the event look again whenever the clock moves, and when all waits end."""
        self._waiting.add(event)
        try:
            with self.clock.woken_by(event.look):
                yield
        finally:
            self._waiting.discard(event)


class ClockEvent:
    """As `threading.Event`, but its timeouts are of the clock."""

    def __init__(self, waits: ClockWaits) -> None:
        self._waits = waits
        self._changed = Condition()
        self._is_set = False
        self._set_count = 0

    def is_set(self) -> bool:
        """Whether it is set."""
        return self._is_set

    def set(self) -> None:
        """Set it, and end everybody's wait, also if it is cleared at once."""
        with self._changed:
            self._is_set = True
            self._set_count += 1
            self._changed.notify_all()

    def clear(self) -> None:
        """Let the next one wait again."""
        with self._changed:
            self._is_set = False

    def look(self) -> None:
        """Let whoever waits ask the clock again."""
        with self._changed:
            self._changed.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it was set before so many seconds of the clock were over, or the plane."""
        until = None if timeout is None else self._waits.clock.now() + timedelta(seconds=timeout)
        with self._waits.heard_by(self), self._changed:
            before = self._set_count
            while not (self._is_set or self._set_count > before):
                remaining_seconds = self._remaining_seconds(until)
                if self._waits.is_over or (remaining_seconds is not None and remaining_seconds <= 0):
                    return False
                self._changed.wait(None if self._waits.clock.is_frozen else remaining_seconds)
            return True

    def _remaining_seconds(self, until: datetime | None) -> float | None:
        return None if until is None else (until - self._waits.clock.now()).total_seconds()
