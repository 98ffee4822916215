"""Sizes against published answers, an independent library's, and rules that any size obeys."""

from dataclasses import replace
from math import prod

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sluice.analysis.metric import Mean, Metric
from sluice.analysis.power import detectable_difference, sample_size
from sluice.analysis.power_design import PowerDesign
from sluice.analysis.proportion import Proportion, ProportionFormula

PLAIN = PowerDesign()
UNPOOLED, POOLED, ARCSINE = ProportionFormula
ALWAYS_VALID = replace(PLAIN, tuned_for_units=5_000)


@pytest.mark.parametrize(("formula", "units"), [(UNPOOLED, 14_748.0), (POOLED, 14_750.8), (ARCSINE, 14_744.1)])
def test_ten_percent_to_eleven_by_each_formula(formula: ProportionFormula, units: float) -> None:
    found = sample_size(Proportion(0.10, formula), 0.01, PLAIN)

    assert found.even_arm_units == pytest.approx(units, abs=0.05)
    assert found.formula.startswith(formula.value)
    assert found.control_units == found.treatment_units == int(found.even_arm_units) + 1


# statsmodels 0.15.0: samplesize_proportions_2indep_onetail(difference, baseline, power, ratio=control/treatment,
# alpha, alternative="two-sided"), which is the pooled formula; it gives the treatment's units.
@pytest.mark.parametrize(
    ("baseline", "difference", "control_share", "alpha", "power", "treatment_units"),
    [
        (0.10, 0.01, 0.50, 0.05, 0.8, 14_750.790469),
        (0.10, 0.01, 0.90, 0.05, 0.8, 8_081.956723),
        (0.10, 0.01, 0.10, 0.05, 0.8, 74_717.650338),
        (0.10, 0.05, 0.50, 0.01, 0.9, 1_299.472296),
        (0.10, 0.05, 1 / 3, 0.01, 0.9, 1_984.278319),
        (0.10, 0.05, 0.90, 0.01, 0.9, 683.879392),
    ],
)
def test_pooled_sizes_are_those_of_statsmodels(
    baseline: float, difference: float, control_share: float, alpha: float, power: float, treatment_units: float
) -> None:
    design = PowerDesign(alpha, power, control_share=control_share)

    found = sample_size(Proportion(baseline, POOLED), difference, design)

    units = 2 * found.even_arm_units * found.factors[0].value * (1 - control_share)
    assert units == pytest.approx(treatment_units, rel=1e-9)


# statsmodels 0.15.0: NormalIndPower().solve_power(effect, alpha=0.05, power=0.8, ratio=control/treatment). It counts
# what lies beyond the other threshold too, hence the tolerance.
@pytest.mark.parametrize(
    ("control_share", "treatment_units"), [(0.5, 14_744.104837), (2 / 3, 11_058.078628), (0.9, 8_191.169354)]
)
def test_arcsine_sizes_are_those_of_statsmodels(control_share: float, treatment_units: float) -> None:
    found = sample_size(Proportion(0.10, ARCSINE), 0.01, replace(PLAIN, control_share=control_share))

    assert found.treatment_units == pytest.approx(treatment_units, abs=1.05)


def test_a_mean_of_a_fifth_of_a_deviation() -> None:
    # statsmodels 0.15.0: NormalIndPower().solve_power(0.2, alpha=0.05, power=0.8)
    assert sample_size(Mean(10.0), 2.0, PLAIN).even_arm_units == pytest.approx(392.443023, rel=1e-5)


def test_arms_that_scatter_differently_add_their_variances() -> None:
    alike, apart = (sample_size(Mean(*deviations), 1.0, PLAIN) for deviations in ((5.0, 5.0), (1.0, 7.0)))

    assert apart.even_arm_units == pytest.approx(alike.even_arm_units)


@pytest.mark.parametrize("share", [0.5, 0.2, 0.9])
def test_an_uneven_split_of_equal_variances_costs_what_the_rule_says(share: float) -> None:
    found = sample_size(Mean(1.0), 0.1, replace(PLAIN, control_share=share))

    assert found.factors[0].value == pytest.approx(1 / (4 * share * (1 - share)))
    assert found.control_units / found.total_units == pytest.approx(share, abs=1e-3)


def test_each_treatment_is_compared_with_the_control_at_a_share_of_alpha() -> None:
    four = sample_size(Proportion(0.10), 0.01, replace(PLAIN, alpha=0.06, arms=4))
    two = sample_size(Proportion(0.10), 0.01, replace(PLAIN, alpha=0.02))

    assert four.treatment_units == two.treatment_units
    assert four.total_units == 4 * two.control_units
    assert four.design.alpha_per_comparison == pytest.approx(0.02)


def test_the_treatments_share_what_the_control_leaves() -> None:
    found = sample_size(Mean(1.0), 0.1, replace(PLAIN, arms=4, control_share=0.4))

    assert found.control_units == pytest.approx(2 * found.treatment_units, abs=2)


def test_the_factors_explain_the_size() -> None:
    design = PowerDesign(control_share=0.3, cuped_r2=0.4, cluster_size=21, icc=0.05, tuned_for_units=2_000)
    found = sample_size(Proportion(0.2), 0.02, design)

    assert [factor.name for factor in found.factors] == ["split", "cuped", "clusters", "sequential"]
    assert [factor.value for factor in found.factors[1:3]] == pytest.approx([0.6, 2.0])
    explained = 2 * found.even_arm_units * prod(factor.value for factor in found.factors)
    assert found.total_units == pytest.approx(explained, abs=2)


def test_what_does_not_matter_is_not_mentioned() -> None:
    design = replace(PLAIN, cluster_size=50, icc=0.0)

    assert [factor.name for factor in sample_size(Mean(1.0), 0.1, design).factors] == ["split"]


def test_always_valid_reading_takes_its_threshold_at_the_planned_size() -> None:
    found = sample_size(Mean(1.0), 0.1, ALWAYS_VALID)

    # The multiplier is 3.0352 at 5,000 units and 3.0615 at 10,000.
    z_power = ALWAYS_VALID.z_power
    assert 2 * (3.0352 + z_power) ** 2 / 0.1**2 < found.control_units < 2 * (3.0615 + z_power) ** 2 / 0.1**2
    threshold = ALWAYS_VALID.threshold(found.total_units)
    assert found.control_units == pytest.approx(2 * (threshold + z_power) ** 2 / 0.1**2, abs=1)


@pytest.mark.parametrize(
    ("metric", "difference", "cautions"),
    [
        (Mean(1.0), 0.1, []),
        (Mean(1.0), 1.0, ["16 units in an arm"]),
        (Proportion(0.01), -0.0099, ["fewer than 5 of the rarer outcome"]),
        (Proportion(0.5), 0.5, ["8 units in an arm", "fewer than 5 of the rarer outcome"]),
    ],
)
def test_sizes_too_small_for_the_approximation_carry_a_caution(
    metric: Metric, difference: float, cautions: list[str]
) -> None:
    found = sample_size(metric, difference, PLAIN).cautions

    assert len(found) == len(cautions)
    assert all(text.startswith(start) for text, start in zip(found, cautions, strict=True))


metrics = st.builds(Proportion, st.floats(0.01, 0.5), st.sampled_from(ProportionFormula)) | st.builds(
    Mean, st.floats(0.1, 10)
)
designs = st.builds(
    PowerDesign,
    alpha=st.floats(0.001, 0.2),
    power=st.floats(0.5, 0.99),
    arms=st.integers(2, 6),
    control_share=st.none() | st.floats(0.1, 0.9),
    cuped_r2=st.floats(0, 0.9),
    cluster_size=st.floats(1, 100),
    icc=st.floats(0, 1),
    tuned_for_units=st.none() | st.integers(100, 100_000),
)
differences = st.floats(0.001, 0.4)


@given(metrics, differences, st.floats(1.01, 1.2), designs)
def test_a_larger_difference_never_needs_more_units(
    metric: Metric, difference: float, times: float, design: PowerDesign
) -> None:
    larger, smaller = (sample_size(metric, each, design).total_units for each in (difference * times, difference))

    assert larger <= smaller


@given(metrics, differences, designs, st.floats(0.001, 0.009))
def test_asking_for_more_certainty_never_needs_fewer_units(
    metric: Metric, difference: float, design: PowerDesign, more: float
) -> None:
    units = sample_size(metric, difference, design).total_units

    assert sample_size(metric, difference, replace(design, power=design.power + more)).total_units >= units
    assert sample_size(metric, difference, replace(design, alpha=design.alpha / (1 + more))).total_units >= units


@given(metrics, differences, designs)
def test_looking_at_any_time_never_needs_fewer_units_than_looking_once(
    metric: Metric, difference: float, design: PowerDesign
) -> None:
    once, always = (replace(design, tuned_for_units=each) for each in (None, 5_000))

    assert sample_size(metric, difference, always).total_units >= sample_size(metric, difference, once).total_units


@given(metrics, differences, designs)
def test_the_detectable_difference_is_the_inverse_of_the_size(
    metric: Metric, difference: float, design: PowerDesign
) -> None:
    units = sample_size(metric, difference, design).total_units + design.arms
    assume(units <= 10**12)  # the most that a design may have

    found = detectable_difference(metric, units, design)

    assert found <= difference * (1 + 1e-9)
    assert sample_size(metric, found, design).total_units <= units


def test_what_twenty_thousand_units_can_find() -> None:
    found = detectable_difference(Proportion(0.10), 20_000, PLAIN)

    assert sample_size(Proportion(0.10), found, PLAIN).total_units == pytest.approx(20_000, abs=2)
    assert found == pytest.approx(0.0122, abs=5e-5)
