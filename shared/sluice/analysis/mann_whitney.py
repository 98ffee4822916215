"""By how much one series lies above another: the interval of Mann and Whitney's rank test.

For a shift mu, with average ranks over x - mu and y together (n and m points, t points tied at each value):

    W(mu) = (dz - sign(dz) / 2) / sigma,  dz = sum rank(x - mu) - n (n + 1) / 2 - n m / 2
    sigma^2 = n m / 12 * (n + m + 1 - sum (t^3 - t) / ((n + m) (n + m - 1)))

falls as mu grows; the interval is where it lies between -z and z. It is 0 over a range, of which the estimate is the
middle (Kayenta's root finder returns some point of it). Roots are found to 1e-9 of the data's own range, so that the
units of a metric change nothing.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import copysign, sqrt
from statistics import NormalDist

_PRECISION = 1e-9


@dataclass(frozen=True, slots=True)
class Shift:
    """Of the experiment above the control."""

    low: float
    estimate: float
    high: float


def location_shift(experiment: Sequence[float], control: Sequence[float], *, confidence: float) -> Shift:
    """The two-sided interval at `confidence`, by the normal approximation. Both have a finite point at least."""
    first, last = min(experiment) - max(control), max(experiment) - min(control)
    z = NormalDist().inv_cdf((1 + confidence) / 2)

    def above(quantile: float) -> Callable[[float], bool]:
        return lambda shift: standardised_rank_sum(experiment, control, shift) > quantile

    def below(shift: float) -> bool:
        return standardised_rank_sum(experiment, control, shift) >= 0

    low, high = (_last(above(quantile), first, last) for quantile in (z, -z))
    return Shift(low, (_last(above(0), first, last) + _last(below, first, last)) / 2, high)


def _last(holds: Callable[[float], bool], first: float, last: float) -> float:
    """Up to where it holds, if it holds from `first` on or nowhere."""
    if not last > first or not holds(first):
        return first
    if holds(last):
        return last
    low, high, precision = first, last, _PRECISION * (last - first)
    while high - low > precision:
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return (low + high) / 2


def standardised_rank_sum(experiment: Sequence[float], control: Sequence[float], shift: float) -> float:
    """W(`shift`); 0 where everything is tied."""
    moved = [value - shift for value in experiment]
    ties = Counter((*moved, *control))
    n, m, values = len(moved), len(control), sorted(ties)
    ends = accumulate(ties[value] for value in values)
    ranks = {value: end - (ties[value] - 1) / 2 for value, end in zip(values, ends, strict=True)}
    excess = sum(ranks[value] for value in moved) - n * (n + 1) / 2 - n * m / 2
    tied = sum(count**3 - count for count in ties.values()) / ((n + m) * (n + m - 1))
    variance = n * m / 12 * (n + m + 1 - tied)
    return (excess - copysign(0.5, excess)) / sqrt(variance) if excess and variance > 0 else 0.0
