"""Points of a series that follow each other are alike; a rank test believes that they are not.

Averages over blocks of (1 + r) / (1 - r) points, r being the correlation of neighbours, count about as often as they
say something. r is corrected for its bias in short series by (1 + 3 r) / n (Kendall 1954).
"""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, sqrt

_HIGHEST = 0.95


def block_length(*series: Sequence[float]) -> int:
    """How many points make one that is worth counting: 1 where neighbours are not noticeably alike."""
    return max(_length(neighbour_correlation(it), len(it)) for it in series)


def block_means(series: Sequence[float], length: int) -> Sequence[float]:
    """The averages of whole blocks."""
    whole = len(series) // length * length
    return [sum(series[at : at + length]) / length for at in range(0, whole, length)]


def neighbour_correlation(series: Sequence[float]) -> float:
    """At lag 1; 0 for a constant."""
    mean = sum(series) / len(series)
    spread = [value - mean for value in series]
    squares = sum(value * value for value in spread)
    if not squares:
        return 0.0
    found = sum(one * other for one, other in pairwise(spread)) / squares
    return min(_HIGHEST, found + (1 + 3 * found) / len(series))


def _length(correlation: float, points: int) -> int:
    if correlation < 2 / sqrt(points):
        return 1
    return ceil((1 + correlation) / (1 - correlation))
