"""The judge for series: Kayenta's known answers, and the defects that it does not share."""

import random
from math import nan

import pytest

from sluice.analysis.mann_whitney import Shift, location_shift, standardised_rank_sum
from sluice.analysis.series_dependence import block_length, neighbour_correlation
from sluice.analysis.series_judge import SeriesRules, SeriesVerdict, judge_series
from sluice.analysis.series_score import Grade, Group, Scored, grade, score

PASS, HIGH, LOW, NO_DATA = SeriesVerdict
FEW = SeriesRules(minimum_points=4)
KAYENTA = SeriesRules(0.95, 0.1, 1.2, 0.8, minimum_points=4)
TWELVE = [100.0, 102, 98, 101, 99, 103, 97, 100, 102, 98, 101, 99]
BIG, SMALL = [20.0, 22, 21, 25, 30], [1.0, 2.2, 1.1, 2.5, 3]


@pytest.mark.parametrize(
    ("experiment", "control", "expected"),
    [
        ([10.0, 20, 30, 40], [1.0, 2, 3, 4], Shift(6, 22.5, 39)),
        (BIG, SMALL, Shift(17.80, 20.0, 27.80)),
        ([10.0, 12.2, 10.1, 12.5, 23], BIG, Shift(-17.80, -10.78, 1.00)),
    ],
)
def test_intervals_are_kayentas(experiment: list[float], control: list[float], expected: Shift) -> None:
    found = location_shift(experiment, control, confidence=0.95)

    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.01)
    for estimate in (found.estimate, expected.estimate):
        assert standardised_rank_sum(experiment, control, estimate) == 0


def test_the_estimate_is_the_middle_of_all_that_fit_and_has_no_favourite_side() -> None:
    one, other = (location_shift(*pair, confidence=0.95) for pair in ((BIG, SMALL), (SMALL, BIG)))

    assert one.estimate == pytest.approx(-other.estimate) == pytest.approx(20.4)
    assert location_shift([10.0, 20, 30, 40], [1.0, 2, 3, 4], confidence=0.95).estimate == pytest.approx(22.5)


def test_verdicts_are_kayentas() -> None:
    assert judge_series(BIG, SMALL, rules=KAYENTA).verdict is HIGH
    assert judge_series(SMALL, BIG, rules=KAYENTA).verdict is LOW
    rules = SeriesRules(0.95, 0.1, 1.0, 0.5, minimum_points=4)
    assert judge_series([10.0, 12.2, 10.1, 12.5, 23], BIG, rules=rules).verdict is PASS
    assert judge_series([it * 1.3 for it in TWELVE], TWELVE, rules=FEW).verdict is HIGH
    assert judge_series([it * 1.02 for it in TWELVE], TWELVE, rules=FEW).verdict is PASS


@pytest.mark.parametrize("factor", [1e-9, 1e-3, 1.0, 1e6])
@pytest.mark.parametrize("change", [1.0, 1.02, 1.2])
def test_the_unit_of_a_metric_changes_no_verdict(factor: float, change: float) -> None:
    draw = random.Random(7)
    control = [draw.gauss(1.0, 0.01) for _ in range(60)]
    experiment = [draw.gauss(1.0, 0.01) * change for _ in range(60)]
    expected = judge_series(experiment, control).verdict

    found = judge_series([it * factor for it in experiment], [it * factor for it in control])
    assert found.verdict is expected is (HIGH if change == 1.2 else PASS)


def test_what_is_certain_and_small_passes() -> None:
    quiet = [100 + 0.01 * at for at in random.Random(1).sample(range(60), 60)]
    slower = [it + 0.9 for it in quiet]

    assert judge_series(slower, quiet).verdict is PASS
    assert judge_series(slower, quiet, rules=SeriesRules(allowed_increase=1.0)).verdict is HIGH


def test_rare_errors_against_none_are_seen() -> None:
    errors = [0.0, 0, 1, 0, 2, 0, 1, 0, 3, 1, 0, 2]
    found = judge_series(errors, [0.0] * 12, rules=FEW)

    assert found.verdict is HIGH
    assert found.ratio is None
    assert judge_series([0.0] * 12, errors, rules=FEW).verdict is LOW
    assert judge_series([0.0] * 11 + [1], [0.0] * 12, rules=FEW).verdict is PASS


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.8])
def test_correlated_series_that_are_alike_fail_in_one_of_twenty_at_most(correlation: float) -> None:
    draw, wrong, runs = random.Random(1), 0, 150
    for _ in range(runs):
        pair = []
        for _ in range(2):
            values = [draw.gauss(0, 1)]
            for _ in range(59):
                values.append(correlation * values[-1] + draw.gauss(0, (1 - correlation**2) ** 0.5))
            pair.append([100 + it for it in values])
        rules = SeriesRules(allowed_increase=1.0, allowed_decrease=1.0)
        wrong += judge_series(*pair, rules=rules).verdict in (HIGH, LOW)

    assert wrong / runs <= 0.05


def test_a_trend_leaves_too_few_blocks() -> None:
    rising = [float(at) for at in range(50)]

    assert judge_series([it + 5 for it in rising], rising).verdict is NO_DATA


def test_too_few_points_are_no_data_and_missing_ones_are_no_points() -> None:
    assert judge_series([1.0] * 49, [1.0] * 50).verdict is NO_DATA
    assert judge_series([1.0] * 49 + [nan], [1.0] * 50).verdict is NO_DATA
    assert judge_series([], [], rules=SeriesRules(minimum_points=0)).verdict is NO_DATA


def test_constants_are_alike_or_shifted_for_certain() -> None:
    assert judge_series([7.5] * 50, [7.5] * 50).verdict is PASS
    found = judge_series([9.5] * 50, [7.5] * 50)
    assert (found.verdict, found.shift) == (HIGH, Shift(2, 2, 2))


def test_a_direction_can_be_let_go() -> None:
    doubled = [2 * it for it in TWELVE]

    assert judge_series(doubled, TWELVE, rules=SeriesRules(minimum_points=4, fails_high=False)).verdict is PASS
    assert judge_series(TWELVE, doubled, rules=SeriesRules(minimum_points=4, fails_low=False)).verdict is PASS


def test_neighbours_that_are_alike_count_as_one() -> None:
    alternating = [float(at % 2) for at in range(50)]

    assert neighbour_correlation(alternating) < 0
    assert block_length(alternating) == 1
    assert neighbour_correlation([3.0] * 50) == 0


def of(*verdicts: SeriesVerdict, weight: float | None = None) -> Group:
    return Group(tuple(Scored(it) for it in verdicts), weight)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([of(PASS, HIGH)], 50.0),
        ([of(PASS, HIGH, LOW)], 33.33),
        ([of(HIGH, LOW, PASS, weight=15), of(HIGH, weight=85)], 5.0),
        ([of(NO_DATA), of(PASS, PASS)], 100.0),
        ([Group((Scored(NO_DATA, is_critical=True), Scored(PASS), Scored(PASS)))], 0.0),
        ([of(NO_DATA, PASS)], 0.0),
        ([Group((Scored(NO_DATA, is_required=True), Scored(PASS), Scored(PASS)))], 66.67),
        ([of(PASS, weight=40), of(HIGH), of(PASS)], 70.0),
        ([of(PASS, weight=0)], 0.0),
    ],
)
def test_scores_are_kayentas(groups: list[Group], expected: float) -> None:
    assert score(groups) == expected


@pytest.mark.parametrize(
    ("points", "expected"), [(95, Grade.PASS), (94.99, Grade.MARGINAL), (75, Grade.MARGINAL), (74.99, Grade.FAIL)]
)
def test_a_score_equal_to_a_threshold_meets_it(points: float, expected: Grade) -> None:
    assert grade(points) is expected
