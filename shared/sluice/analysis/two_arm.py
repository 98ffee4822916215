"""Is the candidate's rate of bad events higher than allowed? Asked as often as one likes.

Of all bad events in a window, each came from the candidate with probability p, its share of the requests there, if both
sides are alike; with p(r) = p r / (p r + 1 - p) if the candidate's rate is r times the stable one's. For bounds r0 < r,

    e = mean over r of  prod over windows  (p(r) / p(r0))^k_candidate * ((1 - p(r)) / (1 - p(r0)))^k_stable

is a supermartingale of expectation 1 or less whenever the true ratio is r0 or less. (Lindon & Malek, arXiv:2011.03567,
mix over a Beta; a mixture over a grid of ratios is one-sided, and exact while p changes from window to window.)
So P(e ever reaches 1/alpha) <= alpha (Ville), however often one looks. Given the windows' totals the candidate's
events are hypergeometric, less spread than binomial: it errs on the quiet side.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, log1p

# Ratios above the bound that are looked for: one and a half to fifty times as many bad events.
_RATIOS = (1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0)


@dataclass(frozen=True, slots=True)
class ArmCounts:
    """One window of one side: requests, and the bad events among them."""

    requests: int
    events: int


@dataclass(frozen=True, slots=True)
class RateEvidence:
    """`e_value` against "the ratio of rates is `ratio_bound` or less"; reject at alpha where it is 1/alpha or more."""

    e_value: float
    ratio_bound: float
    candidate: ArmCounts
    stable: ArmCounts

    @property
    def ratio(self) -> float | None:
        """The candidate's rate over the stable one's; half an event is added to each, so that none is infinite."""
        if not self.candidate.requests or not self.stable.requests:
            return None
        rates = [(arm.events + 0.5) / (arm.requests + 1) for arm in (self.candidate, self.stable)]
        return rates[0] / rates[1]


def rate_evidence(windows: Iterable[tuple[ArmCounts, ArmCounts]], *, ratio_bound: float = 1.0) -> RateEvidence:
    """The evidence of all windows (candidate, stable) together.

    Windows in which one side had no request count for nothing. Raises ValueError for a bound that is not positive.
    """
    if ratio_bound <= 0:
        raise ValueError(f"ratio_bound is {ratio_bound}, must be positive")
    counted = [(candidate, stable) for candidate, stable in windows if candidate.requests and stable.requests]
    logs = [_log_likelihood_ratio(counted, ratio_bound * step, ratio_bound) for step in _RATIOS]
    return RateEvidence(_mean_of_exponentials(logs), ratio_bound, *_totals(counted))


def _log_likelihood_ratio(windows: Sequence[tuple[ArmCounts, ArmCounts]], ratio: float, bound: float) -> float:
    total = 0.0
    for candidate, stable in windows:
        odds = candidate.requests / stable.requests
        # log of (p(r)/p(r0))^k, with p(r) = odds r / (1 + odds r)
        total += candidate.events * log(ratio / bound)
        total -= (candidate.events + stable.events) * (log1p(odds * ratio) - log1p(odds * bound))
    return total


def _mean_of_exponentials(logs: Sequence[float]) -> float:
    largest = max(logs)
    scaled = log(sum(exp(each - largest) for each in logs) / len(logs)) + largest
    return exp(min(scaled, 700.0))


def _totals(windows: Sequence[tuple[ArmCounts, ArmCounts]]) -> tuple[ArmCounts, ArmCounts]:
    candidate = ArmCounts(sum(it.requests for it, _ in windows), sum(it.events for it, _ in windows))
    stable = ArmCounts(sum(it.requests for _, it in windows), sum(it.events for _, it in windows))
    return candidate, stable
