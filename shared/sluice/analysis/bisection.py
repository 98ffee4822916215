"""Where a condition that stays true once it is true becomes true."""

from collections.abc import Callable
from math import inf

_PRECISION = 1e-12


def smallest(
    holds: Callable[[float], bool], *, first: float, limit: float = inf, precision: float = _PRECISION
) -> float | None:
    """The smallest positive number for which it holds, to 12 digits and never below; None if it fails at `limit`.

    The search begins at `first`, doubles until it holds, then halves; `precision` is relative.
    """
    low, high = 0.0, first
    while not holds(high):
        if high >= limit:
            return None
        low, high = high, min(2 * high, limit)
    while high - low > precision * high:
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
