"""The token bucket with which API Gateway throttles a stage."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ThrottleSettings:
    """The steady rate and the burst of a stage; the defaults are an AWS account's."""

    rate_per_second: float = 10_000.0
    burst_count: int = 5_000

    def __post_init__(self) -> None:
        if self.rate_per_second < 0 or self.burst_count < 0:
            raise ValueError("a throttle needs a rate and a burst of zero or more")


class TokenBucket:
    """Grants one token per request; for use on one event loop."""

    def __init__(self, settings: ThrottleSettings, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._tokens = float(settings.burst_count)
        self._filled_at = monotonic()

    def take(self) -> bool:
        """Whether a request may pass now; takes a token if so."""
        now = self._monotonic()
        gained = (now - self._filled_at) * self._settings.rate_per_second
        self._tokens = min(float(self._settings.burst_count), self._tokens + gained)
        self._filled_at = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True
