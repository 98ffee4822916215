"""Confidence sequences: intervals that hold at every look at once, so that one may look at any time.

The asymptotic confidence sequence of Waudby-Smith et al. (arXiv:2103.06476) for a difference of two arms, with n their
units together:

    rho^2      = (-2 ln a + ln(1 - 2 ln a)) / N
    half-width = SE * sqrt((2 (n rho^2 + 1) / (n rho^2)) * ln(sqrt(n rho^2 + 1) / a))

and the evidence, which reaches 1/a where the interval ends, and whose inverse is a p-value at every look,

    e = exp(n rho^2 z^2 / (2 (n rho^2 + 1))) / sqrt(n rho^2 + 1),  z = estimate / SE

N says where the sequence is narrowest, and has to be fixed before the data. The guarantee is asymptotic: nobody should
act on fewer than `FEWEST_ARM_UNITS` in an arm.
"""

from math import log, sqrt

from sluice.analysis.mixture import exponential

TUNED_FOR_UNITS = 5_000
FEWEST_ARM_UNITS = 100


def half_width_multiplier(units: float, *, alpha: float, tuned_for_units: float = TUNED_FOR_UNITS) -> float:
    """Half of the two-sided interval of level 1 - `alpha`, in standard errors, when both arms hold `units`."""
    spread = units * _rho_squared(alpha, tuned_for_units)
    return sqrt(2 * (spread + 1) / spread * log(sqrt(spread + 1) / alpha))


def evidence(z: float, units: float, *, alpha: float, tuned_for_units: float = TUNED_FOR_UNITS) -> float:
    """The e-value against "no difference" of an estimate `z` standard errors from it; two-sided."""
    spread = units * _rho_squared(alpha, tuned_for_units)
    return exponential(spread * z * z / (2 * (spread + 1))) / sqrt(spread + 1)


def _rho_squared(alpha: float, tuned_for_units: float) -> float:
    return (-2 * log(alpha) + log(1 - 2 * log(alpha))) / tuned_for_units
