"""Pearson's chi-square test, exactly: `sluice.analysis.chi_square` has the tail."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sluice.analysis.chi_square import tail
from sluice.experiments.slots import SLOT_COUNT

Counts = NDArray[Any]


def p_of_fit(observed: Sequence[int] | Counts, shares: Sequence[float] | Counts) -> float:
    """The p-value of counts under these shares, which sum to 1."""
    counts, expected = np.asarray(observed, float), np.asarray(shares, float) * np.sum(observed)
    assert expected.min() >= 5, "too few for the chi-square distribution"
    return tail(float(((counts - expected) ** 2 / expected).sum()), len(counts) - 1)


def p_of_uniform(slots: Counts, cells: int) -> float:
    """The p-value of slots under equally likely cells of the scale."""
    return p_of_fit(np.bincount(slots * cells // SLOT_COUNT, minlength=cells), np.full(cells, 1 / cells))


def p_of_independence(one: Counts, other: Counts, cells: int) -> float:
    """The p-value of two draws of the same units under independence, on a table of cells x cells."""
    table = np.zeros((cells, cells))
    np.add.at(table, (one * cells // SLOT_COUNT, other * cells // SLOT_COUNT), 1)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    assert expected.min() >= 5, "too few for the chi-square distribution"
    return tail(float(((table - expected) ** 2 / expected).sum()), (cells - 1) ** 2)
