"""What a primary metric brings to a power calculation: how far the difference of two arms scatters."""

from dataclasses import dataclass
from math import inf, isfinite, sqrt
from typing import Protocol

from sluice.analysis.refusals import require


@dataclass(frozen=True, slots=True)
class Contrast:
    """A difference of two arms, and its standard error times the root of their units together.

    `null_deviation` holds if there is no difference, `deviation` if there is this one.
    """

    difference: float
    null_deviation: float
    deviation: float

    def units(self, threshold: float, z_power: float) -> float:
        """Units of both arms with which it exceeds `threshold` standard errors with a chance of Phi(`z_power`)."""
        ratio = (threshold * self.null_deviation + z_power * self.deviation) / self.difference
        return ratio * ratio


class Metric(Protocol):
    """What is compared between the arms."""

    @property
    def formula(self) -> str:
        """How the units per arm are found, for a reader; z is z_{1-a/2} + z_{power}."""
        ...

    @property
    def largest_difference(self) -> float:
        """The furthest that a treatment can be above the control."""
        ...

    def contrast(self, difference: float, treatment_share: float) -> Contrast:
        """The difference treatment - control, of units of which `treatment_share` are treated."""
        ...

    def rarest_share(self, difference: float) -> float:
        """The rarer outcome's share in the arm where it is rarest; 1 where there are no outcomes to count."""
        ...


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean per unit. Without a deviation of its own, the treatment scatters as the control does."""

    std_dev: float
    treatment_std_dev: float | None = None

    def __post_init__(self) -> None:
        for field in ("std_dev", "treatment_std_dev"):
            value = getattr(self, field)
            holds = value is None or (isfinite(value) and value > 0)
            require(holds, field, found=value, rule="a standard deviation is above 0")

    @property
    def formula(self) -> str:
        """Normal approximation, with the given deviations."""
        return "means: z^2 (s_control^2 + s_treatment^2) / mde^2"

    @property
    def largest_difference(self) -> float:
        """A mean has no bound."""
        return inf

    def contrast(self, difference: float, treatment_share: float) -> Contrast:
        """The deviations are the same under both hypotheses. Raises InvalidDefinition for no difference."""
        require(isfinite(difference) and difference != 0, "mde", found=difference, rule="a difference is not 0")
        treated = self.std_dev if self.treatment_std_dev is None else self.treatment_std_dev
        deviation = deviation_of(self.std_dev * self.std_dev, treated * treated, treatment_share)
        return Contrast(difference, deviation, deviation)

    def rarest_share(self, difference: float) -> float:  # noqa: ARG002 - the protocol's shape
        """A mean counts nothing."""
        return 1.0


def deviation_of(control_variance: float, treatment_variance: float, treatment_share: float) -> float:
    """Standard error of the difference of two means, times the root of the units of both arms."""
    return sqrt(control_variance / (1 - treatment_share) + treatment_variance / treatment_share)
