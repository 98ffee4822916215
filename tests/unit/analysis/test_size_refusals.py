"""What cannot be planned is refused by the name of the field, with what was found."""

from math import inf, nan
from typing import Any

import pytest

from sluice.analysis.duration import planned_days
from sluice.analysis.metric import Mean
from sluice.analysis.power import detectable_difference, sample_size
from sluice.analysis.power_design import PowerDesign
from sluice.analysis.proportion import Proportion
from sluice.errors import InvalidDefinition


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("alpha", value) for value in (0.0, 0.5, -0.1, nan)],
        *[("power", value) for value in (0.49, 1.0, nan)],
        *[("arms", value) for value in (1, 0, -3)],
        *[("control_share", value) for value in (0.0, 1.0, nan)],
        *[("cuped_r2", value) for value in (-0.1, 1.0, nan)],
        *[("cluster_size", value) for value in (0.5, inf, nan)],
        *[("icc", value) for value in (-0.1, 1.1, nan)],
        *[("tuned_for_units", value) for value in (0, -1)],
    ],
)
def test_a_design_that_breaks_a_rule_names_the_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidDefinition, match=f"found {value}") as refused:
        PowerDesign(**{field: value})

    assert refused.value.field == field


@pytest.mark.parametrize("baseline", [0.0, 1.0, -0.1, 10.0, nan])
def test_a_proportion_lies_between_0_and_1(baseline: float) -> None:
    with pytest.raises(InvalidDefinition, match="baseline: found"):
        Proportion(baseline)


@pytest.mark.parametrize("deviations", [(0.0,), (-1.0,), (nan,), (inf,), (1.0, 0.0)])
def test_a_standard_deviation_is_above_0(deviations: tuple[float, ...]) -> None:
    with pytest.raises(InvalidDefinition, match="std_dev: found"):
        Mean(*deviations)


@pytest.mark.parametrize("difference", [0.0, 0.91, -0.11, nan, inf, 1e-300])
def test_a_proportion_cannot_differ_by_nothing_or_leave_its_range(difference: float) -> None:
    with pytest.raises(InvalidDefinition, match="mde: found"):
        sample_size(Proportion(0.1), difference, PowerDesign())


@pytest.mark.parametrize("difference", [0.0, nan, inf, 1e-7, 1e-200])
def test_a_mean_cannot_differ_by_nothing_or_by_less_than_anyone_can_measure(difference: float) -> None:
    with pytest.raises(InvalidDefinition, match="mde: found"):
        sample_size(Mean(1.0), difference, PowerDesign(tuned_for_units=5_000))


def test_a_deviation_beyond_any_number_is_refused_too() -> None:
    with pytest.raises(InvalidDefinition, match="mde: found"):
        sample_size(Mean(1e300), 1.0, PowerDesign())


@pytest.mark.parametrize(("units", "rule"), [(2, "more than one"), (4, "too few to find"), (10**13, "more than one")])
def test_units_that_find_nothing_are_refused(units: int, rule: str) -> None:
    with pytest.raises(InvalidDefinition, match=f"units: found {units}, {rule}"):
        detectable_difference(Proportion(0.9), units, PowerDesign())


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("daily_units", {"daily_units": 0}),
        ("daily_units", {"daily_units": nan}),
        ("coverage", {"daily_units": 1, "coverage": 0.0}),
        ("coverage", {"daily_units": 1, "coverage": 1.5}),
    ],
)
def test_a_duration_needs_somebody_to_enter(field: str, arguments: dict[str, float]) -> None:
    with pytest.raises(InvalidDefinition, match=f"{field}: found"):
        planned_days(1_000, **arguments)


@pytest.mark.parametrize(("units", "coverage", "days"), [(30_000, 1.0, 30), (30_001, 1.0, 31), (30_000, 0.2, 150)])
def test_a_day_that_has_begun_counts(units: int, coverage: float, days: int) -> None:
    assert planned_days(units, daily_units=1_000, coverage=coverage) == days
