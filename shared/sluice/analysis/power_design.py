"""What is asked of an experiment, apart from its metric."""

from dataclasses import dataclass
from math import isfinite
from statistics import NormalDist

from sluice.analysis.always_valid import half_width_multiplier
from sluice.analysis.refusals import require


@dataclass(frozen=True, slots=True)
class PowerDesign:
    """A two-sided test of each treatment against the control; valid once built, else InvalidDefinition.

    `alpha` is shared out over the comparisons (Bonferroni). Treatments share evenly what the control leaves;
    `control_share` None shares evenly over all arms. `cuped_r2` is the squared correlation of the metric with its
    covariate. `cluster_size` units are assigned together, `icc` being their intraclass correlation. With
    `tuned_for_units` the experiment is read always-valid, as often as anybody likes, by a sequence tuned for so many
    units of two arms; without, once, at its end.
    """

    alpha: float = 0.05
    power: float = 0.8
    arms: int = 2
    control_share: float | None = None
    cuped_r2: float = 0.0
    cluster_size: float = 1.0
    icc: float = 0.0
    tuned_for_units: int | None = None

    def __post_init__(self) -> None:
        share, tuned_for = self.control_share, self.tuned_for_units
        size = self.cluster_size
        require(0 < self.alpha < 0.5, "alpha", found=self.alpha, rule="allowed: above 0, below 0.5")
        require(0.5 <= self.power < 1, "power", found=self.power, rule="allowed: 0.5 and more, below 1")
        require(self.arms >= 2, "arms", found=self.arms, rule="a control and at least one treatment")
        require(share is None or 0 < share < 1, "control_share", found=share, rule="allowed: above 0, below 1")
        require(0 <= self.cuped_r2 < 1, "cuped_r2", found=self.cuped_r2, rule="allowed: 0 and more, below 1")
        require(isfinite(size) and size >= 1, "cluster_size", found=size, rule="at least 1 unit")
        require(0 <= self.icc <= 1, "icc", found=self.icc, rule="allowed: 0 to 1")
        require(tuned_for is None or tuned_for > 0, "tuned_for_units", found=tuned_for, rule="at least 1 unit")

    @property
    def comparisons(self) -> int:
        """Treatments, each against the control."""
        return self.arms - 1

    @property
    def alpha_per_comparison(self) -> float:
        """The level of one of them."""
        return self.alpha / self.comparisons

    @property
    def shares(self) -> tuple[float, float]:
        """Of all units: the control's, and each treatment's."""
        control = 1 / self.arms if self.control_share is None else self.control_share
        return control, (1 - control) / self.comparisons

    @property
    def treatment_share(self) -> float:
        """Of the units of one comparison, those that are treated."""
        control, treatment = self.shares
        return treatment / (control + treatment)

    @property
    def z_power(self) -> float:
        """The quantile that the power asks for."""
        return NormalDist().inv_cdf(self.power)

    @property
    def fixed_threshold(self) -> float:
        """z_{1-a/2}: standard errors from which on a single reading counts."""
        return NormalDist().inv_cdf(1 - self.alpha_per_comparison / 2)

    def threshold(self, compared_units: float) -> float:
        """The same for the reading that is planned, when both arms of a comparison hold so many units."""
        if self.tuned_for_units is None:
            return self.fixed_threshold
        alpha, tuned_for = self.alpha_per_comparison, self.tuned_for_units
        return half_width_multiplier(compared_units, alpha=alpha, tuned_for_units=tuned_for)
