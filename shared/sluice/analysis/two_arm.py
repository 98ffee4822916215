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
from itertools import accumulate
from math import log, log1p

from sluice.analysis.mixture import RATIOS, mean_of_exponentials
from sluice.analysis.restarts import EVERY, leading, restarted, starts


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

    The counts and `ratio` are those since the start (`restarts`) that contributes most to it. `ratio` is that of Mantel
    and Haenszel, which compares within windows: rates that rise for both sides while the weights change do not show as
    a difference. Half an event is added to each side, so that it is never infinite.
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
    pairs = of_both_sides(windows)
    e_values = evidence_by_start(pairs, ratio_bound=ratio_bound)
    recent = pairs[leading(e_values) * EVERY :]
    candidate, stable = (sum((pair[side] for pair in recent), ArmCounts()) for side in (0, 1))
    return RateEvidence(restarted(e_values), ratio_bound, candidate, stable, _ratio(recent))


def evidence_by_start(pairs: Pairs, *, ratio_bound: float = 1.0) -> Sequence[float]:
    """The e-values of the tests that begin at `restarts.starts`, each of which a side's requests are in every window.

    Raises ValueError for a bound that is not positive.
    """
    if not ratio_bound > 0:
        raise ValueError(f"ratio_bound is {ratio_bound}, must be positive")
    segments = [_log_ratios(pairs[at : at + EVERY], ratio_bound) for at in starts(len(pairs))]
    since = accumulate(reversed(segments), lambda one, other: [a + b for a, b in zip(one, other, strict=True)])
    return [mean_of_exponentials(logs) for logs in since][::-1]


def of_both_sides(windows: Iterable[tuple[ArmCounts, ArmCounts]]) -> Pairs:
    """The windows in which both sides had a request."""
    return [(candidate, stable) for candidate, stable in windows if candidate.requests and stable.requests]


def swapped(windows: Pairs) -> Pairs:
    """The stable side in the candidate's place."""
    return [(stable, candidate) for candidate, stable in windows]


def _log_ratios(pairs: Pairs, bound: float) -> Sequence[float]:
    events = sum(candidate.events for candidate, _ in pairs)
    by_odds = _events_by_odds(pairs)
    at_bound = _log_norm(by_odds, bound)
    return [events * log(step) - _log_norm(by_odds, bound * step) + at_bound for step in RATIOS]


def _events_by_odds(pairs: Pairs) -> Mapping[float, int]:
    """Windows of equal odds count as one, and those without events not at all; that changes nothing."""
    events: Counter[float] = Counter()
    for candidate, stable in pairs:
        if candidate.events or stable.events:
            events[candidate.requests / stable.requests] += candidate.events + stable.events
    return events


def _log_norm(events_by_odds: Mapping[float, int], ratio: float) -> float:
    # A^c B^s = step^c ((1 + odds r0) / (1 + odds r))^(c + s) for c and s events
    return sum(events * log1p(odds * ratio) for odds, events in events_by_odds.items())


def _ratio(pairs: Pairs) -> float | None:
    return _within(pairs) / _within(swapped(pairs)) if pairs else None


def _within(pairs: Pairs) -> float:
    half = 0.5 / len(pairs)
    return sum((here.events + half) * there.requests / (here.requests + there.requests) for here, there in pairs)
