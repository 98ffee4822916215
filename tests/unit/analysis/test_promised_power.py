"""Experiments that were simulated at the planned size find the planned difference as often as promised."""

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import pytest
from numpy.typing import NDArray

from sluice.analysis.power import SampleSize, sample_size
from sluice.analysis.power_design import PowerDesign
from sluice.analysis.proportion import Proportion, ProportionFormula

RUNS = 100_000
# A frequency of 0.8 over so many runs stays within four standard errors but for 1 in 15,000 seeds; the normal
# approximation of a binomial test at these sizes is good to a third of a percentage point.
APPROXIMATION = 0.003
SLACK = 4 * sqrt(0.8 * 0.2 / RUNS) + APPROXIMATION
BASELINE, DIFFERENCE = 0.10, 0.01
PLAIN = PowerDesign()


@dataclass(frozen=True)
class Shares:
    """Of one simulated experiment per element."""

    control: NDArray[np.float64]
    treatment: NDArray[np.float64]


def simulated(size: SampleSize, difference: float = DIFFERENCE) -> Shares:
    random = np.random.default_rng(20261120)
    return Shares(
        random.binomial(size.control_units, BASELINE, RUNS) / size.control_units,
        random.binomial(size.treatment_units, BASELINE + difference, RUNS) / size.treatment_units,
    )


def unpooled_z(shares: Shares, size: SampleSize) -> NDArray[np.float64]:
    control, treatment = shares.control, shares.treatment
    variance = control * (1 - control) / size.control_units + treatment * (1 - treatment) / size.treatment_units
    return np.asarray((treatment - control) / np.sqrt(variance))


def pooled_z(shares: Shares, size: SampleSize) -> NDArray[np.float64]:
    sums = shares.control * size.control_units + shares.treatment * size.treatment_units
    pooled = sums / (size.control_units + size.treatment_units)
    variance = pooled * (1 - pooled) * (1 / size.control_units + 1 / size.treatment_units)
    return np.asarray((shares.treatment - shares.control) / np.sqrt(variance))


def arcsine_z(shares: Shares, size: SampleSize) -> NDArray[np.float64]:
    h = 2 * (np.arcsin(np.sqrt(shares.treatment)) - np.arcsin(np.sqrt(shares.control)))
    return np.asarray(h / sqrt(1 / size.control_units + 1 / size.treatment_units))


TESTS = {
    ProportionFormula.UNPOOLED: unpooled_z,
    ProportionFormula.POOLED: pooled_z,
    ProportionFormula.ARCSINE: arcsine_z,
}


@pytest.mark.parametrize("control_share", [0.5, 0.1, 0.9])
@pytest.mark.parametrize("formula", ProportionFormula)
def test_each_formula_keeps_its_promise_for_its_own_test(formula: ProportionFormula, control_share: float) -> None:
    size = sample_size(Proportion(BASELINE, formula), DIFFERENCE, replace(PLAIN, control_share=control_share))

    found = np.mean(TESTS[formula](simulated(size), size) > PLAIN.fixed_threshold)

    assert abs(found - 0.8) < SLACK


def test_an_always_valid_experiment_keeps_it_at_its_last_look() -> None:
    design = replace(PLAIN, tuned_for_units=5_000)
    size = sample_size(Proportion(BASELINE), DIFFERENCE, design)

    found = np.mean(unpooled_z(simulated(size), size) > design.threshold(size.total_units))

    assert abs(found - 0.8) < SLACK


def test_without_a_difference_there_are_no_more_false_alarms_than_alpha() -> None:
    size = sample_size(Proportion(BASELINE), DIFFERENCE, PLAIN)

    alarms = np.mean(np.abs(unpooled_z(simulated(size, 0.0), size)) > PLAIN.fixed_threshold)

    assert alarms < 0.05 + 4 * sqrt(0.05 * 0.95 / RUNS) + APPROXIMATION
