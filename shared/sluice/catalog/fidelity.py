"""Whether an output is what a golden example promises."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def deviation(expected: NDArray[Any], actual: NDArray[Any], tolerance: float) -> str | None:
    """None if the arrays agree, else a sentence with the largest difference and where it is.

    Floating-point elements may differ by `tolerance`; NaN agrees with NaN and an infinity with itself. Every
    other type, and the shape, must be equal.
    """
    if expected.shape != actual.shape:
        return f"shape is {list(actual.shape)}, expected {list(expected.shape)}"
    if expected.dtype.kind != "f":
        return _first_unequal(expected, actual)
    wide_expected, wide_actual = expected.astype(np.float64), actual.astype(np.float64)
    return _largest_difference(wide_expected, wide_actual, tolerance)


def _first_unequal(expected: NDArray[Any], actual: NDArray[Any]) -> str | None:
    unequal = np.argwhere(np.atleast_1d(expected != actual))
    if not len(unequal):
        return None
    where = tuple(unequal[0][: expected.ndim])
    count = f", and {len(unequal) - 1} more differ" if len(unequal) > 1 else ""
    return f"element {_place(where)} is {_shown(actual[where])}, expected {_shown(expected[where])}{count}"


def _largest_difference(expected: NDArray[np.float64], actual: NDArray[np.float64], tolerance: float) -> str | None:
    same = (expected == actual) | (np.isnan(expected) & np.isnan(actual))
    with np.errstate(invalid="ignore", over="ignore"):
        difference = np.where(same, 0.0, np.abs(expected - actual))
    difference = np.where(np.isnan(difference), np.inf, difference)  # a NaN on one side only
    if not difference.size or difference.max() <= tolerance:
        return None
    where = np.unravel_index(int(difference.argmax()), difference.shape)
    found, wanted = float(actual[where]), float(expected[where])
    largest = float(difference[where])
    return f"element {_place(where)} is {found!r}, expected {wanted!r}: off by {largest:.6g}, tolerance {tolerance:g}"


def _place(where: tuple[Any, ...]) -> list[int]:
    return [int(index) for index in where]


def _shown(value: Any) -> str:
    return repr(value.item() if isinstance(value, np.generic) else value)
