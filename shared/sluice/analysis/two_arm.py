"""Is the candidate's rate of bad events higher than allowed? Asked as often as one likes.

Of all bad events in a window, each came from the candidate with probability p(r) = odds r / (odds r + 1), where odds
are its requests over the stable side's there, and its rate is r times the stable one's. For a bound r0 < r,

    e = mean over r of  prod over windows  A^k_candidate * B^k_stable,  A = p(r) / p(r0),  B = (1 - p(r)) / (1 - p(r0))

is a supermartingale of expectation 1 or less whenever the true ratio is r0 or less: with rates c <= r0 s, a window of n
and m requests multiplies it by (1 + c (A - 1))^n (1 + s (B - 1))^m on average, at most
exp(s m (odds r0 (A - 1) + B - 1)) = exp(0). So P(e ever reaches 1/alpha) <= alpha (Ville), however often one looks,
for rates of any size, and while weights change from window to window. Requests have to fail independently.
(Lindon & Malek, arXiv:2011.03567, mix over a Beta; a mixture over a grid of ratios is one-sided.)
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, log1p

from sluice.analysis.bisection import smallest
from sluice.analysis.mixture import RATIOS, mean_of_exponentials

_PRECISION = 0.01
_SMALLEST_RATIO = 1e-4


@dataclass(frozen=True, slots=True)
class ArmCounts:
    """One window of one side: requests, and the bad events among them."""

    requests: int = 0
    events: int = 0

    def __add__(self, other: "ArmCounts") -> "ArmCounts":
        return ArmCounts(self.requests + other.requests, self.events + other.events)


Pairs = Sequence[tuple[ArmCounts, ArmCounts]]
"""Candidate and stable side, window by window."""


@dataclass(frozen=True, slots=True)
class RateEvidence:
    """`e_value` against "the ratio of rates is `ratio_bound` or less"; reject at alpha where it is 1/alpha or more.

    `ratio` is that of Mantel and Haenszel, which compares within windows: rates that rise for both sides while the
    weights change do not show as a difference. Half an event is added to each side, so that it is never infinite.
    """

    e_value: float
    ratio_bound: float
    candidate: ArmCounts
    stable: ArmCounts
    ratio: float | None


def rate_evidence(windows: Iterable[tuple[ArmCounts, ArmCounts]], *, ratio_bound: float = 1.0) -> RateEvidence:
    """The evidence of all windows (candidate, stable) together.

    Windows in which one side had no request count for nothing. Raises ValueError for a bound that is not positive.
    """
    if not ratio_bound > 0:
        raise ValueError(f"ratio_bound is {ratio_bound}, must be positive")
    pairs = _counted(windows)
    candidate = sum((it for it, _ in pairs), ArmCounts())
    stable = sum((it for _, it in pairs), ArmCounts())
    e_value = _evidence(candidate.events, _events_by_odds(pairs), ratio_bound)
    return RateEvidence(e_value, ratio_bound, candidate, stable, _ratio(pairs))


def lowest_ratio(windows: Iterable[tuple[ArmCounts, ArmCounts]], *, alpha: float) -> float:
    """Below which the ratio of rates is not, at level `alpha` at every look: the bounds whose evidence is 1/alpha end.

    Given to within 1 %, on the safe side; 0 where nothing is excluded. For the highest, swap the sides and invert.
    """
    pairs = _counted(windows)
    events, by_odds = sum(it.events for it, _ in pairs), _events_by_odds(pairs)

    def is_possible(ratio: float) -> bool:
        return _evidence(events, by_odds, ratio) < 1 / alpha

    if is_possible(_SMALLEST_RATIO):
        return 0.0
    found = smallest(is_possible, first=1.0, precision=_PRECISION)
    assert found is not None, "no ratio is excluded by its own likelihood"
    return found * (1 - _PRECISION)


def swapped(windows: Pairs) -> Pairs:
    """The stable side in the candidate's place."""
    return [(stable, candidate) for candidate, stable in windows]


def _counted(windows: Iterable[tuple[ArmCounts, ArmCounts]]) -> Pairs:
    return [(candidate, stable) for candidate, stable in windows if candidate.requests and stable.requests]


def _events_by_odds(pairs: Pairs) -> Mapping[float, int]:
    """Windows of equal odds count as one, and those without events not at all; that changes nothing."""
    events: Counter[float] = Counter()
    for candidate, stable in pairs:
        if candidate.events or stable.events:
            events[candidate.requests / stable.requests] += candidate.events + stable.events
    return events


def _evidence(candidate_events: int, events_by_odds: Mapping[float, int], bound: float) -> float:
    at_bound = _log_norm(events_by_odds, bound)
    logs = [candidate_events * log(step) - _log_norm(events_by_odds, bound * step) + at_bound for step in RATIOS]
    return mean_of_exponentials(logs)


def _log_norm(events_by_odds: Mapping[float, int], ratio: float) -> float:
    # A^c B^s = step^c ((1 + odds r0) / (1 + odds r))^(c + s) for c and s events
    return sum(events * log1p(odds * ratio) for odds, events in events_by_odds.items())


def _ratio(pairs: Pairs) -> float | None:
    return _within(pairs) / _within(swapped(pairs)) if pairs else None


def _within(pairs: Pairs) -> float:
    half = 0.5 / len(pairs)
    return sum((here.events + half) * there.requests / (here.requests + there.requests) for here, there in pairs)
