"""Latencies by CloudWatch's statistics: quantiles, counts above a threshold, and a bound for the sum of squares.

CloudWatch has no sum of squares. For values between a and b, x^2 <= (a + b) x - a b (the chord lies above the
parabola), so counts and sums of a few ranges bound it: by 56 % too much at worst where b = 4 a, and never too little.
A variance that is too large makes an interval too wide, which delays a verdict and makes none wrong.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from sluice.rollouts.readings import Moments

_EDGES_MS = (0.0, 4.0, 16.0, 64.0, 256.0, 1_024.0, 4_096.0, 16_384.0, 65_536.0)
_WARM, _COLD = "WarmLatencyMs", "ColdLatencyMs"

NamedStatistic = tuple[str, str]
"""A metric's name, and a statistic of it."""


def quantile_statistic(quantile_bps: int) -> str:
    """The percentile as CloudWatch writes it: 9,950 is p99.5."""
    return f"p{_written(quantile_bps / 100)}"


def threshold_statistic(limit_ms: float) -> str:
    """How many values are above the limit: a range is without its lower end."""
    return f"TC({_written(limit_ms)}:)"


def billed_metrics() -> Iterator[NamedStatistic]:
    """What `billed_moments` needs to know of a minute."""
    for name in (_WARM, _COLD):
        yield name, "SampleCount"
        yield name, "Sum"
    yield _COLD, "Maximum"
    for low, high in pairwise(_EDGES_MS):
        yield _WARM, _range("TC", low, high)
        yield _WARM, _range("TS", low, high)


def billed_moments(values: Mapping[NamedStatistic, float]) -> Moments:
    """Count and sum of every request's duration, a first one's with its start, and a bound for the squares."""
    count = values[_WARM, "SampleCount"] + values[_COLD, "SampleCount"]
    total = values[_WARM, "Sum"] + values[_COLD, "Sum"]
    squares = values[_COLD, "Maximum"] * values[_COLD, "Sum"]
    for low, high in pairwise(_EDGES_MS):
        in_range, sum_ms = values[_WARM, _range("TC", low, high)], values[_WARM, _range("TS", low, high)]
        squares += max(0.0, (low + high) * sum_ms - low * high * in_range)
    return Moments(round(count), total, squares)


def _range(statistic: str, low: float, high: float) -> str:
    return f"{statistic}({_written(low)}:{_written(high)})"


def _written(number: float) -> str:
    """Without an exponent, which CloudWatch does not read."""
    return f"{number:.10f}".rstrip("0").rstrip(".")
