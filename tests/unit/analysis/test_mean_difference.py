"""The difference of two means, against published numbers, and what it compares."""

from math import inf, sqrt

import pytest

from sluice.analysis.always_valid import evidence
from sluice.analysis.mean_difference import MeanDifference, mean_beyond, mean_difference
from sluice.analysis.moments import Moments


def moments(count: int, mean: float, variance: float) -> Moments:
    return Moments(count, count * mean, variance * (count - 1) + count * mean * mean)


def test_the_interval_is_that_of_gbstats() -> None:
    found = mean_difference([(moments(2_500, 1.3, 9), moments(2_500, 1.0, 9))], alpha=0.05)

    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.042454, 0.557546), abs=1e-6)
    assert 1 / found.e_value == pytest.approx(0.0116140, abs=1e-7)


@pytest.mark.parametrize(("z", "p"), [(3, 0.054948), (4, 0.002455)])
def test_evidence_is_the_inverse_of_the_published_p_value(z: float, p: float) -> None:
    assert 1 / MeanDifference(z, 1, 5_000, 0.05).e_value == pytest.approx(p, abs=1e-6)


@pytest.mark.parametrize("units", [100, 5_000, 10**6])
def test_the_interval_ends_where_the_evidence_reaches_its_threshold(units: int) -> None:
    at_zero = MeanDifference(1, 1, units, 0.05).half_width

    assert MeanDifference(at_zero, 1, units, 0.05).e_value == pytest.approx(20)


@pytest.mark.parametrize(("n", "d", "expected"), [(1_000, 0.01, 0.9142), (1_000, 0.02, 2.0546), (5_000, 0.01, 3.6476)])
def test_the_evidence_is_the_mixture_sprt_of_the_literature(n: int, d: float, expected: float) -> None:
    """Lambda with V = 0.095/n and tau^2 = 1e-4 is our e-value where n rho^2 = tau^2 / V: only the tuning differs."""
    alpha, variance, tau_squared = 0.05, 0.095 / n, 1e-4
    rho_squared_at_one = 5_000 * 0.0398401**2
    tuned = rho_squared_at_one * 2 * n * variance / tau_squared

    found = evidence(d / sqrt(variance), 2 * n, alpha=alpha, tuned_for_units=tuned)
    assert found == pytest.approx(expected, abs=5e-4)


def test_evidence_has_a_direction() -> None:
    worse = MeanDifference(4, 1, 5_000, 0.05)

    assert worse.e_value_towards(1) == worse.e_value > 20
    assert worse.e_value_towards(-1) < 1


def test_what_both_sides_share_through_the_day_is_no_difference() -> None:
    windows = [(moments(100, 10, 1), moments(900, 10, 1)), (moments(900, 20, 1), moments(100, 20, 1))]

    found = mean_difference(windows, alpha=0.05)
    assert found is not None
    assert found.estimate == pytest.approx(0)
    assert found.units == pytest.approx(4 * (90 + 90))


def test_a_scale_compares_with_a_multiple() -> None:
    found = mean_difference([(moments(500, 12, 1), moments(500, 10, 1))], alpha=0.05, scale=1.2)

    assert found is not None
    assert found.estimate == pytest.approx(0)
    assert found.standard_error == pytest.approx(sqrt(1 / 500 + 1.44 / 500))


def test_constants_that_differ_differ_for_certain_and_equal_ones_do_not() -> None:
    one, other = moments(500, 1.0, 0.0), moments(500, 2.0, 0.0)
    apart, alike = mean_difference([(one, other)], alpha=0.05), mean_difference([(one, one)], alpha=0.05)

    assert apart is not None
    assert alike is not None
    assert 1e300 < apart.e_value < inf
    assert alike.e_value < 1


def test_fewer_than_two_tell_nothing() -> None:
    one = Moments(1, 1, 1)

    assert mean_difference([(one, moments(9, 1, 1))], alpha=0.05) is None
    assert mean_difference([(one, Moments())], alpha=0.05) is None
    assert mean_beyond(one, 3, alpha=0.05) is None


def test_one_mean_is_held_against_a_bound() -> None:
    found = mean_beyond(moments(1_000, 12, 4), 10, alpha=0.05)

    assert found is not None
    assert found.estimate == pytest.approx(2)
    assert found.low > 0
