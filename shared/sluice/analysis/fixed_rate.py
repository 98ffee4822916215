"""Is one side's rate above a fixed bound? Asked as often as one likes.

    e = mean over q of  (q / p0)^k ((1 - q) / (1 - p0))^(n - k)

for k bad events of n requests, q running over the rates whose odds are `mixture.RATIOS` times the bound p0's. Its
expectation is 1 or less whenever the true rate is p0 or less, so P(e ever reaches 1/alpha) <= alpha (Ville).
"""

from math import log, log1p

from sluice.analysis.mixture import RATIOS, mean_of_exponentials
from sluice.analysis.two_arm import ArmCounts


def fixed_rate_evidence(arm: ArmCounts, *, bound: float) -> float:
    """The e-value against "the rate is `bound` or less". Raises ValueError for a bound that is no proportion."""
    if not 0 < bound < 1:
        raise ValueError(f"bound is {bound}, must be between 0 and 1")
    odds = bound / (1 - bound)
    # With q = step odds / (1 + step odds): (q / p0) / ((1 - q) / (1 - p0)) = step.
    return mean_of_exponentials(
        [arm.events * log(step) + arm.requests * (log1p(odds) - log1p(odds * step)) for step in RATIOS]
    )
