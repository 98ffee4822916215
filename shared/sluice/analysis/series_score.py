"""Verdicts on many series as one score, as Kayenta adds them up; a score that is equal to a threshold meets it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sluice.analysis.series_judge import SeriesVerdict


class Grade(StrEnum):
    """What a score is worth."""

    PASS = "Pass"  # noqa: S105 - a verdict
    MARGINAL = "Marginal"
    FAIL = "Fail"


@dataclass(frozen=True, slots=True)
class Scored:
    """A metric's verdict. A critical one that does not pass makes the score 0; a required one must have data."""

    verdict: SeriesVerdict
    is_critical: bool = False
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Metrics that count as one; groups without a weight share evenly what is left of 100."""

    metrics: tuple[Scored, ...]
    weight: float | None = None

    @property
    def score(self) -> float | None:
        """100 times the share of those that pass of those that have or must have data; None if there is none."""
        counted = [it for it in self.metrics if it.verdict is not SeriesVerdict.NO_DATA or it.is_required]
        return 100 * sum(it.verdict is SeriesVerdict.PASS for it in counted) / len(counted) if counted else None


def score(groups: Sequence[Group]) -> float:
    """0 to 100. Groups without any data are left out; 0 if half of all metrics have none, or a critical one fell."""
    metrics = [it for group in groups for it in group.metrics]
    missing = sum(it.verdict is SeriesVerdict.NO_DATA for it in metrics)
    is_fatal = any(it.is_critical and it.verdict is not SeriesVerdict.PASS for it in metrics)
    if is_fatal or 2 * missing >= len(metrics):
        return 0.0
    free = [group for group in groups if group.weight is None]
    rest = (100 - sum(group.weight or 0.0 for group in groups)) / len(free) if free else 0.0
    weighted = [
        (rest if group.weight is None else group.weight, found)
        for group in groups
        if (found := group.score) is not None
    ]
    total = sum(weight for weight, _ in weighted)
    return round(sum(weight * found for weight, found in weighted) / total, 2) if total else 0.0


def grade(score: float, *, pass_from: float = 95, marginal_from: float = 75) -> Grade:
    """The grade of a score."""
    if score >= pass_from:
        return Grade.PASS
    return Grade.MARGINAL if score >= marginal_from else Grade.FAIL
