import numpy as np
import pytest

from sluice.catalog.fidelity import deviation

FLOATS = np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32)


def test_equal_arrays_do_not_deviate() -> None:
    assert deviation(FLOATS, FLOATS.copy(), 0.0) is None
    assert deviation(np.array([1, 2]), np.array([1, 2]), 0.0) is None


def test_a_difference_of_exactly_the_tolerance_is_allowed() -> None:
    assert deviation(np.array([1.0]), np.array([1.25]), 0.25) is None
    assert deviation(np.array([1.0]), np.array([1.25]), 0.2499) is not None


def test_the_largest_difference_is_named_with_its_place() -> None:
    found = deviation(FLOATS, FLOATS + np.array([[0.0, 0.1], [0.5, 0.2]], dtype=np.float32), 0.01)

    assert found == "element [1, 0] is 3.5, expected 3.0: off by 0.5, tolerance 0.01"


@pytest.mark.parametrize(("expected", "actual"), [(np.nan, 1.0), (1.0, np.nan), (np.inf, 1.0), (np.inf, -np.inf)])
def test_nan_and_infinity_agree_with_themselves_only(expected: float, actual: float) -> None:
    assert deviation(np.array([expected]), np.array([actual]), 1e300) is not None
    assert deviation(np.array([expected]), np.array([expected]), 0.0) is None


def test_another_shape_deviates_even_with_equal_elements() -> None:
    assert deviation(FLOATS, FLOATS.reshape(4), 1.0) == "shape is [4], expected [2, 2]"


def test_integers_must_be_equal_whatever_the_tolerance() -> None:
    found = deviation(np.array([2**53, 7]), np.array([2**53 + 1, 7]), 100.0)

    assert found == "element [0] is 9007199254740993, expected 9007199254740992"


def test_texts_must_be_equal() -> None:
    found = deviation(np.array(["a", "b", "c"], dtype=object), np.array(["a", "x", "y"], dtype=object), 1.0)

    assert found == "element [1] is 'x', expected 'b', and 1 more differ"


def test_a_scalar_is_named_by_an_empty_place() -> None:
    assert deviation(np.array(True), np.array(False), 0.0) == "element [] is False, expected True"


def test_empty_arrays_do_not_deviate() -> None:
    assert deviation(np.zeros((0, 2)), np.zeros((0, 2)), 0.0) is None
