"""How many requests this execution environment answers in a second."""

import math
from collections.abc import Callable

from sluice.errors import RateExceeded
from sluice.token_bucket import TokenBucket


class RequestRate:
    """`rate_rps` requests a second, with bursts of as many; 0 is no limit."""

    def __init__(self, what: str, rate_rps: int, *, monotonic: Callable[[], float]) -> None:
        self._what = what
        self._bucket = TokenBucket(rate_rps, rate_rps, monotonic=monotonic) if rate_rps else None

    def take(self) -> None:
        """Let one request pass. Raises RateExceeded with whole seconds, 1 or more."""
        if self._bucket is not None and not self._bucket.take():
            seconds = max(1, math.ceil(self._bucket.seconds_until_next()))
            raise RateExceeded(self._what, retry_after_seconds=seconds)
