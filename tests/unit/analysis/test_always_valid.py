"""The half-width of a confidence sequence, against published numbers."""

import pytest

from sluice.analysis.always_valid import half_width_multiplier


@pytest.mark.parametrize(
    ("units", "multiplier"),
    [(100, 6.6944), (500, 3.8551), (1_000, 3.3639), (5_000, 3.0352), (10**4, 3.0615), (10**5, 3.3369), (10**6, 3.6565)],
)
def test_a_sequence_tuned_for_five_thousand_units(units: int, multiplier: float) -> None:
    assert half_width_multiplier(units, alpha=0.05, tuned_for_units=5_000) == pytest.approx(multiplier, abs=5e-5)


@pytest.mark.parametrize("tuned_for", [500, 5_000, 50_000])
def test_it_is_narrowest_about_where_it_is_tuned_for(tuned_for: int) -> None:
    before, there, after = (
        half_width_multiplier(units, alpha=0.05, tuned_for_units=tuned_for)
        for units in (tuned_for // 3, tuned_for, 3 * tuned_for)
    )

    assert there < min(before, after)
