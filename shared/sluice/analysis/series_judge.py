"""Kayenta's judge for two series of points (NetflixACAJudge-v1.0), without what misleads in it.

| There | Here |
|---|---|
| roots to an absolute 1e-4: the verdict depends on the unit | relative to the data's range |
| any certain shift counts: 0.9 % on a quiet metric is High | 5 % at least: `allowed_increase`, `allowed_decrease` |
| sparse counts against zeros pass | exact binomial test, where both are counts of less than 5 on average |
| neighbours are taken to be independent: up to 29 % false alarms | averages over blocks (`series_dependence`) |
| any number of points will do | `minimum_points` each, and five blocks |

One look, at the end: for looks at any time use the sequential tests. `confidence` is one metric's: for k metrics ask
for 1 - (1 - confidence) / k.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import comb, isnan

from sluice.analysis.mann_whitney import Shift, location_shift
from sluice.analysis.series_dependence import block_length, block_means

_FEWEST_BLOCKS = 5
_SPARSE_BELOW = 5


class SeriesVerdict(StrEnum):
    """HIGH and LOW: the experiment's values. NO_DATA: too few points for any."""

    PASS = "Pass"  # noqa: S105 - a verdict
    HIGH = "High"
    LOW = "Low"
    NO_DATA = "Nodata"


@dataclass(frozen=True, slots=True)
class SeriesRules:
    """`tolerance` is relative to the shift itself; `allowed_*` bound the ratio of means; a direction can be let go."""

    confidence: float = 0.98
    tolerance: float = 0.25
    allowed_increase: float = 1.05
    allowed_decrease: float = 0.95
    minimum_points: int = 50
    fails_high: bool = True
    fails_low: bool = True


@dataclass(frozen=True, slots=True)
class SeriesJudgement:
    """`shift` is None where it was not estimated; `ratio` of means None for a control of mean 0."""

    verdict: SeriesVerdict
    why: str
    ratio: float | None = None
    shift: Shift | None = None


def judge_series(
    experiment: Sequence[float], control: Sequence[float], *, rules: SeriesRules | None = None
) -> SeriesJudgement:
    """The verdict on the experiment's series, in the order of time; NaN is a missing point."""
    rules = rules or SeriesRules()
    one, other = ([it for it in series if not isnan(it)] for series in (experiment, control))
    fewest = min(len(one), len(other))
    if fewest < max(1, rules.minimum_points):
        return SeriesJudgement(SeriesVerdict.NO_DATA, f"{fewest} points, {rules.minimum_points} are needed")
    ratio = _ratio(one, other)
    if sorted(one) == sorted(other):
        return SeriesJudgement(SeriesVerdict.PASS, "the same values", ratio)
    if _is_sparse(one, other):
        return _judge_counts(one, other, ratio, rules)
    length = block_length(one, other)
    if length > 1 and fewest // length < _FEWEST_BLOCKS:
        return SeriesJudgement(SeriesVerdict.NO_DATA, f"{fewest // length} independent blocks of {length}", ratio)
    shift = location_shift(block_means(one, length), block_means(other, length), confidence=rules.confidence)
    bound = rules.tolerance * abs(shift.estimate)
    verdict = _verdict(shift.low > bound, shift.high < -bound, ratio, rules)
    return SeriesJudgement(verdict, f"shifted by {shift.low:.4g} to {shift.high:.4g}", ratio, shift)


def _judge_counts(
    one: Sequence[float], other: Sequence[float], ratio: float | None, rules: SeriesRules
) -> SeriesJudgement:
    """Given their total, the experiment's events are binomial with its share of the points, if rates are alike."""
    events, total, share = round(sum(one)), round(sum(one) + sum(other)), len(one) / (len(one) + len(other))
    level = (1 - rules.confidence) / 2
    is_high = _at_least(events, total, share) <= level
    is_low = _at_least(total - events, total, 1 - share) <= level
    why = f"{events} events of {total}, with {share:.0%} of the points"
    return SeriesJudgement(_verdict(is_high, is_low, ratio, rules), why, ratio)


def _verdict(is_high: bool, is_low: bool, ratio: float | None, rules: SeriesRules) -> SeriesVerdict:
    if is_high and rules.fails_high and (ratio is None or ratio >= rules.allowed_increase):
        return SeriesVerdict.HIGH
    if is_low and rules.fails_low and (ratio is None or ratio <= rules.allowed_decrease):
        return SeriesVerdict.LOW
    return SeriesVerdict.PASS


def _is_sparse(one: Sequence[float], other: Sequence[float]) -> bool:
    points = (*one, *other)
    are_counts = all(it >= 0 and float(it).is_integer() for it in points)
    return are_counts and sum(points) / len(points) < _SPARSE_BELOW


def _ratio(one: Sequence[float], other: Sequence[float]) -> float | None:
    mean = sum(other) / len(other)
    return sum(one) / len(one) / mean if mean else None


def _at_least(events: int, total: int, share: float) -> float:
    return sum(comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(events, total + 1))
