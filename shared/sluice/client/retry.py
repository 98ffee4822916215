"""How often a call is tried, and how long it waits between tries."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sluice.client.errors import DeadlinePassed, Unavailable
from sluice.client.exchange import Answer, Pause, Send, Steps
from sluice.client.failures import failure_of

_MOST_DOUBLINGS = 60  # a float has an end, patience need not


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Bounds of one call, which may take several requests: for metadata, for an upload, for the answer.

    `attempts` bounds the tries of each request and `timeout_seconds` the silence in one try; `deadline_seconds` bounds
    all tries and pauses: none begins after it, and none waits for a silent server beyond it.
    """

    attempts: int = 4
    first_pause_seconds: float = 0.1
    longest_pause_seconds: float = 5.0
    timeout_seconds: float = 30.0
    deadline_seconds: float = 60.0

    def pause_seconds(self, failed_attempts: int, *, draw: float, retry_after_seconds: float) -> float:
        """`retry_after + draw * min(longest, first * 2^(failed - 1))`, with `draw` uniform in [0, 1).

        Full jitter: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015. What the server asks
        for comes before, or all clients would return in the same second.
        """
        doubled = self.first_pause_seconds * 2.0 ** min(failed_attempts - 1, _MOST_DOUBLINGS)
        return retry_after_seconds + draw * min(self.longest_pause_seconds, doubled)


@dataclass(frozen=True, slots=True)
class Instruments:
    """Time and chance, given from outside so that tests have none of their own."""

    monotonic_seconds: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    draw: Callable[[], float] = random.random


SYSTEM = Instruments()


class Patience:
    """What is left of one call's time; it begins when this is made."""

    def __init__(self, policy: RetryPolicy, instruments: Instruments) -> None:
        self._policy = policy
        self._instruments = instruments
        self._ends_at = instruments.monotonic_seconds() + policy.deadline_seconds

    def once(self, request: Send) -> Steps[Answer]:
        """The answer, from one try. Raises InferenceError for anything but 2xx."""
        outcome = yield replace(request, timeout_seconds=min(self._policy.timeout_seconds, self._left_seconds()))
        assert outcome is not None
        failure = failure_of(outcome, now=self._instruments.now(), is_foreign=request.is_foreign)
        if failure is not None:
            raise failure
        assert isinstance(outcome, Answer)
        return outcome

    def ask(self, request: Send) -> Steps[Answer]:
        """The answer, from as many tries as the policy allows. Raises InferenceError."""
        failed_attempts = 0
        while True:
            try:
                return (yield from self.once(request))
            except DeadlinePassed:
                raise
            except Unavailable as failure:
                failed_attempts += 1
                if failed_attempts >= self._policy.attempts:
                    raise
                yield Pause(self._pause_seconds(failed_attempts, failure))

    def wait(self, seconds: float) -> Steps[None]:
        """Let others go on. Raises DeadlinePassed."""
        yield Pause(min(seconds, self._left_seconds()))

    def _pause_seconds(self, failed_attempts: int, failure: Unavailable) -> float:
        draw, asked = self._instruments.draw(), failure.retry_after_seconds
        pause = self._policy.pause_seconds(failed_attempts, draw=draw, retry_after_seconds=asked)
        if pause >= self._left_seconds():
            why = f"the next try is past the deadline of {self._policy.deadline_seconds:g} s: {failure.message}"
            raise DeadlinePassed(why, status=failure.status, retry_after_seconds=asked) from failure
        return pause

    def _left_seconds(self) -> float:
        left = self._ends_at - self._instruments.monotonic_seconds()
        if left <= 0:
            raise DeadlinePassed(f"the deadline of {self._policy.deadline_seconds:g} s has passed")
        return left
