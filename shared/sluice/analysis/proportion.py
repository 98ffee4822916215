"""A proportion as a metric, by three formulas."""

from dataclasses import dataclass
from enum import StrEnum
from math import asin, sqrt

from sluice.analysis.metric import Contrast, deviation_of
from sluice.analysis.refusals import require


class ProportionFormula(StrEnum):
    """The three usual formulas for two proportions; they differ by less than the guess of the baseline does.

    `UNPOOLED` fits a test with each arm's own variance, `POOLED` the usual z test (variance of the pooled share under
    the null), `ARCSINE` a test on 2 asin(sqrt(p)), Cohen's h.
    """

    UNPOOLED = "unpooled"
    POOLED = "pooled"
    ARCSINE = "arcsine"


_FORMULAS = {
    ProportionFormula.UNPOOLED: "unpooled: z^2 (p1 q1 + p2 q2) / mde^2",
    ProportionFormula.POOLED: "pooled null: (z_{1-a/2} sqrt(2 p q) + z_{power} sqrt(p1 q1 + p2 q2))^2 / mde^2",
    ProportionFormula.ARCSINE: "arcsine: 2 z^2 / h^2, h = 2 asin(sqrt(p2)) - 2 asin(sqrt(p1))",
}


@dataclass(frozen=True, slots=True)
class Proportion:
    """The share of units with an outcome; `baseline` is the control's."""

    baseline: float
    by: ProportionFormula = ProportionFormula.UNPOOLED

    def __post_init__(self) -> None:
        require(0 < self.baseline < 1, "baseline", found=self.baseline, rule="a proportion is between 0 and 1")

    @property
    def formula(self) -> str:
        """The chosen formula."""
        return _FORMULAS[self.by]

    @property
    def largest_difference(self) -> float:
        """Up to all units."""
        return 1 - self.baseline

    def contrast(self, difference: float, treatment_share: float) -> Contrast:
        """By the chosen formula. Raises InvalidDefinition if the treatment's share is none, or the control's."""
        treated = self._treated(difference)
        if self.by is ProportionFormula.ARCSINE:
            h, deviation = 2 * (asin(sqrt(treated)) - asin(sqrt(self.baseline))), deviation_of(1, 1, treatment_share)
            return Contrast(h, deviation, deviation)
        deviation = deviation_of(_variance(self.baseline), _variance(treated), treatment_share)
        if self.by is ProportionFormula.UNPOOLED:
            return Contrast(difference, deviation, deviation)
        pooled = _variance(self.baseline + treatment_share * difference)
        return Contrast(difference, deviation_of(pooled, pooled, treatment_share), deviation)

    def rarest_share(self, difference: float) -> float:
        """Of both outcomes and both arms."""
        treated = self._treated(difference)
        return min(self.baseline, 1 - self.baseline, treated, 1 - treated)

    def _treated(self, difference: float) -> float:
        treated = self.baseline + difference
        rule = f"the baseline {self.baseline:g} plus a difference that is not 0 lies between 0 and 1"
        require(0 <= treated <= 1 and treated != self.baseline, "mde", found=difference, rule=rule)
        return treated


def _variance(share: float) -> float:
    return share * (1 - share)
