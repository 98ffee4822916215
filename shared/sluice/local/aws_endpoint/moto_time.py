"""The time that moto's queues live in: the plane's, so that moving its clock ends a message's invisibility.

moto asks the machine's clock. Here it asks ours, which stands still while a change is carried out, so that the journal
can record the instant and replay the change at it: what was visible then is visible again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sluice.clock import Clock


class MotoTime:
    """Time for moto's SQS. It never goes back, also where the clock of a restarted plane does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = timedelta()
        self._standing_at: datetime | None = None

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return self._standing_at or self._clock.now() + self._ahead

    def go_on_from(self, instant: datetime) -> None:
        """Be at `instant` now, if that is later than the clock says."""
        self._ahead = max(self._ahead, instant - self._clock.now())

    @contextmanager
    def standing_at(self, instant: datetime) -> Iterator[None]:
        """Stand still at `instant`."""
        self._standing_at = instant
        try:
            yield
        finally:
            self._standing_at = None

    @contextmanager
    def given_to_moto(self) -> Iterator[None]:
        """Let moto's queues ask here."""
        from moto.sqs import models

        # moto exports neither name; its queues look both up there at every call.
        names: Any = models
        asked = names.unix_time, names.unix_time_millis
        names.unix_time = lambda: self.now().timestamp()
        names.unix_time_millis = lambda: self.now().timestamp() * 1000
        try:
            yield
        finally:
            names.unix_time, names.unix_time_millis = asked
