"""The judge of the other tests here: known tails, and both kinds of verdict."""

import numpy as np
import pytest

from sluice.analysis.chi_square import tail
from sluice.experiments.slots import SLOT_COUNT
from tests.statistical.chi_square import p_of_fit, p_of_independence, p_of_uniform


@pytest.mark.parametrize(
    ("statistic", "df", "expected"),
    [
        (3.841458820694124, 1, 0.05),
        (5.991464547107979, 2, 0.05),
        (7.814727903251179, 3, 0.05),
        (66.339, 49, 0.05),
        (85.351, 49, 0.001),
        (126.083, 81, 0.001),
    ],
)
def test_tails_are_those_of_the_tables(statistic: float, df: int, expected: float) -> None:
    assert tail(statistic, df) == pytest.approx(expected, rel=1e-3)


def test_counts_are_judged_as_published() -> None:
    assert p_of_fit([5_200, 4_800], [0.5, 0.5]) == pytest.approx(6.334e-5, rel=1e-3)
    assert p_of_fit([821_588, 815_482], [0.5, 0.5]) == pytest.approx(1.822e-6, rel=1e-3)


def test_what_is_too_even_and_what_leaves_a_cell_empty_are_told_apart() -> None:
    even = np.arange(100_000) * 10

    assert p_of_uniform(even, 50) == pytest.approx(1.0)
    assert p_of_uniform(even[:98_000], 50) < 1e-100


def test_a_draw_depends_on_itself_and_on_its_mirror() -> None:
    draw = np.random.default_rng(1).integers(0, SLOT_COUNT, 100_000)

    assert p_of_independence(draw, draw, 10) < 1e-100
    assert p_of_independence(draw, SLOT_COUNT - 1 - draw, 10) < 1e-100
