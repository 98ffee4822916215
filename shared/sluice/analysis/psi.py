"""The population stability index: how far one distribution over the same bins is from another.

    PSI = sum over bins of (r - c) ln(r / c),  r and c being shares

Between two samples of one distribution it is not 0 but about (B - 1)(1/n + 1/m), and exceeds
chi2(0.95, B - 1) (1/n + 1/m) in one comparison of twenty (Yurdakul 2018). A fixed threshold alone is a false alarm
where samples are small.
"""

from collections.abc import Sequence
from math import log

from sluice.analysis.chi_square import quantile

_EMPTY_SHARE = 1e-4


def psi(reference: Sequence[float], current: Sequence[float]) -> float:
    """Of shares of the same bins; an empty one counts as a share of 0.0001. Raises ValueError for other bins."""
    pairs = zip(reference, current, strict=True)
    shares = [(max(one, _EMPTY_SHARE), max(other, _EMPTY_SHARE)) for one, other in pairs]
    return sum((one - other) * log(one / other) for one, other in shares)


def critical_psi(bins: int, reference_size: float, current_size: float, *, share: float = 0.95) -> float:
    """What chance stays below in a `share` of comparisons; 0 for one bin, in which nothing can move."""
    return quantile(share, bins - 1) * (1 / reference_size + 1 / current_size) if bins > 1 else 0.0
