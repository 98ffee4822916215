"""The chi-square distribution for whole degrees of freedom, whose tail has a closed form.

For even df:  P(X > x) = exp(-x/2) * sum over i < df/2 of (x/2)^i / i!
For odd df:   P(X > x) = erfc(sqrt(x/2)) + exp(-x/2) * sum over i < (df-1)/2 of (x/2)^(i+1/2) / gamma(i+3/2)
(Abramowitz and Stegun 26.4.4 and 26.4.5.)
"""

from math import erfc, exp, lgamma, log, sqrt

from sluice.analysis.bisection import smallest


def tail(statistic: float, df: int) -> float:
    """The probability of a larger statistic by chance."""
    half, first = statistic / 2, 0.5 if df % 2 else 0.0
    if half <= 0:
        return 1.0
    terms = (exp((first + i) * log(half) - half - lgamma(first + i + 1)) for i in range(df // 2))
    return sum(terms) + (erfc(sqrt(half)) if df % 2 else 0.0)


def quantile(share: float, df: int) -> float:
    """The statistic that a `share` of chance's results does not exceed; `df` is 1 or more."""
    found = smallest(lambda statistic: tail(statistic, df) <= 1 - share, first=float(df))
    assert found is not None, "the tail goes to nothing"
    return found
