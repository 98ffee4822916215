"""The token bucket of a stage."""

import pytest

from sluice.local.gateway.throttle import ThrottleSettings, TokenBucket


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
    bucket = TokenBucket(ThrottleSettings(rate_per_second=2, burst_count=5), monotonic=seconds)

    assert taken(bucket, 10) == 5
    seconds.now += 0.4
    assert taken(bucket, 10) == 0
    seconds.now += 1.1
    assert taken(bucket, 10) == 3


def test_idle_time_never_saves_up_more_than_the_burst() -> None:
    seconds = Seconds()
    bucket = TokenBucket(ThrottleSettings(rate_per_second=1_000, burst_count=3), monotonic=seconds)

    seconds.now += 3_600

    assert taken(bucket, 10) == 3


def test_a_rate_of_nothing_lets_only_the_burst_pass() -> None:
    seconds = Seconds()
    bucket = TokenBucket(ThrottleSettings(rate_per_second=0, burst_count=1), monotonic=seconds)

    assert taken(bucket, 2) == 1
    seconds.now += 1e9
    assert not bucket.take()


@pytest.mark.parametrize(("rate_per_second", "burst_count"), [(-1, 1), (1, -1)])
def test_negative_limits_are_refused(rate_per_second: float, burst_count: int) -> None:
    with pytest.raises(ValueError, match="zero or more"):
        ThrottleSettings(rate_per_second, burst_count)
