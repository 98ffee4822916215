"""The two-arm test of rates: exact small cases, its guarantee by enumeration, and the interval that it implies."""

from itertools import product
from math import comb, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.analysis.fixed_rate import fixed_rate_evidence
from sluice.analysis.mixture import RATIOS
from sluice.analysis.rate_interval import highest_ratio, lowest_ratio
from sluice.analysis.two_arm import ArmCounts, rate_evidence, swapped


def counts(candidate: tuple[int, int], stable: tuple[int, int]) -> tuple[ArmCounts, ArmCounts]:
    return ArmCounts(*candidate), ArmCounts(*stable)


WINDOWS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 500), st.floats(0, 1), st.floats(0, 1)).map(
        lambda it: counts((it[0], int(it[0] * it[2])), (it[1], int(it[1] * it[3])))
    ),
    max_size=8,
)


def test_one_bad_event_of_the_candidate_weighs_as_the_formula_says() -> None:
    expected = 0.2 + 0.8 * sum((r / (r + 1)) / 0.5 for r in RATIOS) / len(RATIOS)

    assert rate_evidence([counts((10, 1), (10, 0))]).e_value == pytest.approx(expected)


@pytest.mark.parametrize("bound", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("stable_rate", [0.05, 0.4])
def test_its_expectation_at_the_bound_is_one_or_less_by_enumeration(bound: float, stable_rate: float) -> None:
    n, m, candidate_rate = 6, 9, bound * stable_rate
    mean = sum(
        comb(n, c) * candidate_rate**c * (1 - candidate_rate) ** (n - c)
        * comb(m, s) * stable_rate**s * (1 - stable_rate) ** (m - s)
        * rate_evidence([counts((n, c), (m, s))], ratio_bound=bound).e_value
        for c, s in product(range(n + 1), range(m + 1))
    )  # fmt: skip

    assert 0.3 < mean <= 1 + 1e-12


@given(WINDOWS)
def test_evidence_depends_on_what_happened_and_not_on_its_order(
    windows: list[tuple[ArmCounts, ArmCounts]],
) -> None:
    assert isclose(rate_evidence(windows).e_value, rate_evidence(windows[::-1]).e_value, rel_tol=1e-9)


def test_windows_without_one_side_count_for_nothing() -> None:
    whole = [counts((10, 3), (100, 1))]

    assert rate_evidence([*whole, counts((0, 0), (100, 90)), counts((5, 5), (0, 0))]) == rate_evidence(whole)
    assert rate_evidence([]).ratio is None
    assert rate_evidence([]).e_value == 1


def test_a_ratio_that_both_sides_share_through_the_day_is_one() -> None:
    """Errors grow tenfold for both while the candidate's weight grows: the pooled rates differ, the ratio does not."""
    windows = [counts((100, 1), (900, 9)), counts((900, 90), (100, 10))]

    assert rate_evidence(windows).ratio == pytest.approx(1.0, rel=0.02)
    assert rate_evidence(windows).e_value < 1


def test_a_bound_that_is_not_positive_is_refused() -> None:
    with pytest.raises(ValueError, match="ratio_bound is 0"):
        rate_evidence([], ratio_bound=0)


def test_the_interval_ends_where_the_evidence_reaches_its_threshold() -> None:
    windows = [counts((1_000, 60), (9_000, 90))]
    low, high = lowest_ratio(windows, alpha=0.05), highest_ratio(windows, alpha=0.05)

    assert high is not None
    assert low < 6 < high
    for bound, sides in ((low, windows), (1 / high, swapped(windows))):
        assert (
            rate_evidence(sides, ratio_bound=bound).e_value
            >= 20
            > rate_evidence(sides, ratio_bound=1.03 * bound).e_value
        )


def test_nothing_is_excluded_where_the_candidate_had_no_bad_event() -> None:
    assert lowest_ratio([counts((1_000, 0), (9_000, 90))], alpha=0.05) == 0
    assert highest_ratio([counts((1_000, 90), (9_000, 0))], alpha=0.05) is None


def test_evidence_too_large_for_a_float_is_still_a_number() -> None:
    assert 1e300 < rate_evidence([counts((10**6, 10**6), (10**6, 0))]).e_value < float("inf")


@pytest.mark.parametrize("good_minutes", [0, 60, 540, 570])
def test_hours_of_innocence_do_not_delay_what_is_found(good_minutes: int) -> None:
    good, bad = counts((3_000, 15), (57_000, 285)), counts((3_000, 90), (57_000, 285))

    assert rate_evidence([good] * good_minutes).e_value <= 1
    assert rate_evidence([good] * good_minutes + [bad] * (12 if good_minutes % 60 else 1)).e_value > 20


@pytest.mark.parametrize("bound", [0.01, 0.3, 0.9])
def test_against_a_fixed_rate_the_expectation_is_one_by_enumeration(bound: float) -> None:
    n = 12
    mean = sum(
        comb(n, k) * bound**k * (1 - bound) ** (n - k) * fixed_rate_evidence(ArmCounts(n, k), bound=bound)
        for k in range(n + 1)
    )

    assert mean == pytest.approx(1.0)


def test_a_rate_above_the_fixed_bound_is_found_and_one_below_is_not() -> None:
    assert fixed_rate_evidence(ArmCounts(1_000, 30), bound=0.01) > 20
    assert fixed_rate_evidence(ArmCounts(1_000, 5), bound=0.01) < 1


@pytest.mark.parametrize("bound", [0.0, 1.0, -0.1])
def test_a_fixed_bound_that_is_no_proportion_is_refused(bound: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        fixed_rate_evidence(ArmCounts(1, 0), bound=bound)
