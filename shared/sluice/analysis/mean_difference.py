"""Always-valid interval for the difference of two means, or for one mean (`always_valid` has the formula).

Windows are compared one by one and averaged with weights w = n_c n_s / (n_c + n_s): what changes through the day for
both sides, while the weights of a rollout change too, does not show as a difference.

    estimate = sum w (mean_c - scale mean_s) / W,  SE^2 = sum w^2 (var_c / n_c + scale^2 var_s / n_s) / W^2,  W = sum w

4 W is the number of units that two equal arms would need to know as much; the sequence is read at that number. A side's
variance is that of all its windows together: what drifts counts as spread, which errs on the quiet side.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import copysign, inf, sqrt

from sluice.analysis.always_valid import evidence, half_width_multiplier
from sluice.analysis.moments import Moments, added


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """An estimate; `units` is how many units of two equal arms (or of the one arm) tell as much."""

    estimate: float
    standard_error: float
    units: float
    alpha: float

    @property
    def half_width(self) -> float:
        """Of the interval that holds at every look, at level 1 - `alpha`."""
        return self.standard_error * half_width_multiplier(self.units, alpha=self.alpha)

    @property
    def low(self) -> float:
        """The interval's lower end."""
        return self.estimate - self.half_width

    @property
    def high(self) -> float:
        """Its upper end."""
        return self.estimate + self.half_width

    @property
    def e_value(self) -> float:
        """Against a difference of 0, on either side; 1/alpha where the interval just reaches 0."""
        return evidence(self._z, self.units, alpha=self.alpha)

    def e_value_towards(self, direction: int) -> float:
        """Against a difference that is not positive (`direction` 1), or not negative (-1)."""
        z = max(0.0, direction * self._z)
        return evidence(z, self.units, alpha=self.alpha)

    @property
    def _z(self) -> float:
        if self.standard_error:
            return self.estimate / self.standard_error
        return copysign(inf, self.estimate) if self.estimate else 0.0


def mean_difference(
    windows: Iterable[tuple[Moments, Moments]], *, alpha: float, scale: float = 1.0
) -> MeanDifference | None:
    """The candidate's mean less `scale` times the stable side's; None where a side has fewer than two to compare."""
    pairs = [(candidate, stable) for candidate, stable in windows if candidate.count and stable.count]
    candidate, stable = (added([pair[side] for pair in pairs]) for side in (0, 1))
    if min(candidate.count, stable.count) < 2:
        return None
    weights = [one.count * other.count / (one.count + other.count) for one, other in pairs]
    total = sum(weights)
    weighted = list(zip(weights, pairs, strict=True))
    variances = candidate.variance, scale**2 * stable.variance
    estimate = sum(weight * (one.mean - scale * other.mean) for weight, (one, other) in weighted) / total
    squares = sum(
        (weight / total) ** 2 * (variances[0] / one.count + variances[1] / other.count)
        for weight, (one, other) in weighted
    )
    return MeanDifference(estimate, sqrt(squares), 4 * total, alpha)


def mean_beyond(arm: Moments, bound: float, *, alpha: float) -> MeanDifference | None:
    """One side's mean less a fixed bound; None for fewer than two observations."""
    if arm.count < 2:
        return None
    return MeanDifference(arm.mean - bound, sqrt(arm.variance / arm.count), arm.count, alpha)
