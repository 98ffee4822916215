"""The token bucket: bursts, a steady rate, and how long to wait."""

import math

from sluice.token_bucket import TokenBucket


class Seconds:
    """A monotonic clock set by a test."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def taken(bucket: TokenBucket, attempt_count: int) -> int:
    return sum(bucket.take() for _ in range(attempt_count))


def test_a_burst_passes_and_then_the_rate_decides() -> None:
    seconds = Seconds()
    bucket = TokenBucket(2, 5, monotonic=seconds)

    assert taken(bucket, 10) == 5
    seconds.now += 0.4
    assert taken(bucket, 10) == 0
    seconds.now += 1.1
    assert taken(bucket, 10) == 3


def test_idle_time_never_saves_up_more_than_the_burst() -> None:
    seconds = Seconds()
    bucket = TokenBucket(1_000, 3, monotonic=seconds)

    seconds.now += 3_600

    assert taken(bucket, 10) == 3


def test_a_rate_of_nothing_lets_only_the_burst_pass() -> None:
    seconds = Seconds()
    bucket = TokenBucket(0, 1, monotonic=seconds)

    assert bucket.seconds_until_next() == 0
    assert taken(bucket, 2) == 1
    seconds.now += 1e9
    assert not bucket.take()
    assert bucket.seconds_until_next() == math.inf


def test_it_tells_when_the_next_request_may_pass() -> None:
    seconds = Seconds()
    bucket = TokenBucket(0.5, 1, monotonic=seconds)

    assert bucket.take()
    assert bucket.seconds_until_next() == 2
    seconds.now += 1.5
    assert bucket.seconds_until_next() == 0.5
    seconds.now += 0.5
    assert bucket.seconds_until_next() == 0
    assert bucket.take()
