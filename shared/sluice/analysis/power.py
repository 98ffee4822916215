"""How many units an experiment needs, and what it can find with those it has.

Per arm, evenly split: (z_{1-a/2} + z_{power})^2 (s_A^2 + s_B^2) / mde^2, or one of the formulas for proportions in
`proportion.py`. Then, as factors on the whole: the split, 1 / (4 w (1-w)) for equal variances (Fleiss, Levin & Paik,
2003); CUPED, 1 - r^2 (Deng et al., 2013); clusters, 1 + (m-1) ICC (Kish, 1965); and always-valid reading, which puts
the half-width multiplier of `always_valid.py` at the planned size in place of z_{1-a/2}. That is a lower bound on the
power, for it counts only what the last look finds.
"""

from dataclasses import dataclass
from math import ceil, prod

from sluice.analysis.always_valid import FEWEST_ARM_UNITS
from sluice.analysis.bisection import smallest
from sluice.analysis.metric import Contrast, Metric
from sluice.analysis.power_design import PowerDesign
from sluice.analysis.refusals import require

_MOST_UNITS = 10**12
_FEWEST_OUTCOMES = 5


@dataclass(frozen=True, slots=True)
class Factor:
    """What multiplies the units, and why."""

    name: str
    value: float
    formula: str


@dataclass(frozen=True, slots=True)
class SampleSize:
    """Whole units, and how they were found: `even_arm_units` by `formula`, times each factor, shared out, rounded up.

    `cautions` say where the normal approximation is poor.
    """

    formula: str
    difference: float
    design: PowerDesign
    even_arm_units: float
    factors: tuple[Factor, ...]
    control_units: int
    treatment_units: int
    cautions: tuple[str, ...]

    @property
    def total_units(self) -> int:
        """All arms."""
        return self.control_units + self.design.comparisons * self.treatment_units


def sample_size(metric: Metric, difference: float, design: PowerDesign) -> SampleSize:
    """Units with which a true `difference` from the control is found with the design's power.

    Raises InvalidDefinition for a difference that is none, that the metric cannot have, or that is far too small.
    """
    share = design.treatment_share
    even, planned = (metric.contrast(difference, each) for each in (0.5, share))
    even_units, fixed_units = (each.units(design.fixed_threshold, design.z_power) for each in (even, planned))
    require(fixed_units <= _MOST_UNITS, "mde", found=difference, rule="so small a difference needs over 10^12 units")
    factors = [Factor("split", fixed_units / even_units, _split_formula(share)), *_constant_factors(design)]
    if design.tuned_for_units is not None:
        factors.append(_sequential_factor(planned, design))
    compared_units = even_units * prod(factor.value for factor in factors)
    control, treatment = ceil(compared_units * (1 - share)), ceil(compared_units * share)
    cautions = _cautions(min(control, treatment), metric.rarest_share(difference))
    return SampleSize(metric.formula, difference, design, even_units / 2, tuple(factors), control, treatment, cautions)


def detectable_difference(metric: Metric, total_units: int, design: PowerDesign) -> float:
    """The smallest increase over the control whose `sample_size` is at most `total_units`, all arms together.

    Raises InvalidDefinition if they are too few for any.
    """
    rule = "more than one for each arm, at most 10^12"
    require(design.arms < total_units <= _MOST_UNITS, "units", found=total_units, rule=rule)
    # An arm is rounded up, by less than one unit.
    compared_units = (total_units - design.arms) * sum(design.shares)
    threshold, inflation = design.threshold(compared_units), _inflation(design)

    def is_found(difference: float) -> bool:
        contrast = metric.contrast(difference, design.treatment_share)
        return inflation * contrast.units(threshold, design.z_power) <= compared_units

    limit = metric.largest_difference
    found = smallest(is_found, first=min(1.0, limit), limit=limit)
    require(
        found is not None, "units", found=total_units, rule="too few to find even the largest increase there can be"
    )
    assert found is not None
    return found


def _constant_factors(design: PowerDesign) -> list[Factor]:
    """Those that do not depend on the size."""
    factors = []
    if design.cuped_r2:
        factors.append(Factor("cuped", 1 - design.cuped_r2, f"1 - r^2, r^2 = {design.cuped_r2:g}"))
    if design.icc and design.cluster_size > 1:
        formula = f"1 + (m - 1) ICC, m = {design.cluster_size:g}, ICC = {design.icc:g}"
        factors.append(Factor("clusters", 1 + (design.cluster_size - 1) * design.icc, formula))
    return factors


def _inflation(design: PowerDesign) -> float:
    return prod(factor.value for factor in _constant_factors(design))


def _sequential_factor(contrast: Contrast, design: PowerDesign) -> Factor:
    """The multiplier depends on the size and the size on the multiplier: the smallest size that suffices for itself."""
    inflation, z_power = _inflation(design), design.z_power
    fixed_units = inflation * contrast.units(design.fixed_threshold, z_power)

    def suffices(units: float) -> bool:
        return units >= inflation * contrast.units(design.threshold(units), z_power)

    units = smallest(suffices, first=fixed_units)
    assert units is not None, "the multiplier grows slower than any power of the size"
    threshold = f"{design.threshold(units):.4f} standard errors at {units:,.0f} units of two arms"
    why = f"half-width multiplier: {threshold}, in place of {design.fixed_threshold:.4f}"
    return Factor("sequential", units / fixed_units, f"{why}; tuned for {design.tuned_for_units:,}")


def _split_formula(share: float) -> str:
    return f"1 / (4 w (1 - w)), corrected for unequal variances; w = {share:.4g} treated of two arms"


def _cautions(arm_units: int, rarest_share: float) -> tuple[str, ...]:
    cautions = []
    if arm_units < FEWEST_ARM_UNITS:
        cautions.append(f"{arm_units} units in an arm: below {FEWEST_ARM_UNITS} the normal approximation is poor")
    if arm_units * rarest_share < _FEWEST_OUTCOMES:
        cautions.append(f"fewer than {_FEWEST_OUTCOMES} of the rarer outcome in an arm: use an exact test")
    return tuple(cautions)
