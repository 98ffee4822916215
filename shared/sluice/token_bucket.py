"""A token bucket: a steady rate, and bursts up to a limit."""

import math
import time
from collections.abc import Callable


class TokenBucket:
    """Grants one token per request; for one thread. It starts full, and saves up `burst_count` tokens at most."""

    def __init__(
        self, rate_per_second: float, burst_count: float, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate_per_second, self._burst_count = rate_per_second, burst_count
        self._monotonic = monotonic
        self._tokens = float(burst_count)
        self._filled_at = monotonic()

    def take(self) -> bool:
        """Whether a request may pass now; takes a token if so."""
        self._fill()
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def seconds_until_next(self) -> float:
        """When there will be a token if nobody takes one meanwhile; infinite without a rate."""
        self._fill()
        missing = max(0.0, 1.0 - self._tokens)
        return missing / self._rate_per_second if self._rate_per_second else math.inf if missing else 0.0

    def _fill(self) -> None:
        now = self._monotonic()
        gained = (now - self._filled_at) * self._rate_per_second
        self._tokens = min(float(self._burst_count), self._tokens + gained)
        self._filled_at = now
