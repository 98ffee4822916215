"""Likelihood ratios against several alternatives, averaged: the evidence does not have to know how bad it is."""

from collections.abc import Sequence
from math import exp, log

RATIOS = (1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0)
"""How much above what is allowed is looked for: one and a half to fifty times as much."""

_LARGEST_LOG = 700.0


def mean_of_exponentials(logs: Sequence[float]) -> float:
    """The mean of e^x, at most e^700: the largest is taken out first, so that nothing overflows."""
    largest = max(logs)
    return exponential(log(sum(exp(each - largest) for each in logs) / len(logs)) + largest)


def exponential(power: float) -> float:
    """e^power, at most e^700, which is more evidence than anybody needs."""
    return exp(min(power, _LARGEST_LOG))
