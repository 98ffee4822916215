"""The stability index and its critical value, against published numbers."""

import pytest

from sluice.analysis.chi_square import quantile, tail
from sluice.analysis.psi import critical_psi, psi


@pytest.mark.parametrize(
    ("reference", "current", "expected"),
    [([0.25] * 4, [0.1, 0.2, 0.3, 0.4], 0.22821741), ([0.5, 0.5], [0.3, 0.7], 0.16945958), ([0.5, 0.5], [0.5, 0.5], 0)],
)
def test_known_answers(reference: list[float], current: list[float], expected: float) -> None:
    assert psi(reference, current) == pytest.approx(expected, abs=1e-8)


def test_it_is_the_same_in_both_directions_and_finite_for_an_empty_bin() -> None:
    assert psi([1, 0], [0.5, 0.5]) == psi([0.5, 0.5], [1, 0]) == pytest.approx(4.6, abs=0.05)


def test_other_bins_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        psi([0.5, 0.5], [1.0])


@pytest.mark.parametrize(
    ("df", "expected"), [(1, 3.841459), (2, 5.991465), (3, 7.814728), (9, 16.918978), (11, 19.675138), (49, 66.338649)]
)
def test_quantiles_are_those_of_the_tables(df: int, expected: float) -> None:
    assert quantile(0.95, df) == pytest.approx(expected, abs=1e-6)
    assert tail(quantile(0.99, df), df) == pytest.approx(0.01)


def test_the_critical_value_shrinks_with_the_samples() -> None:
    assert critical_psi(10, 5_000, 100) == pytest.approx(16.918978 * (1 / 5_000 + 1 / 100))
    assert critical_psi(10, 5_000, 500) < critical_psi(10, 5_000, 200)
    assert critical_psi(1, 10, 10) == 0
