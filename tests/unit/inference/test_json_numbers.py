"""Numbers of JSON are packed in one go; a slow, careful way says what is right."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.errors import InvalidTensor
from sluice.inference.datatypes import BY_NAME, DATATYPES, JsonForm
from sluice.inference.json_elements import read_integers, read_reals, reader_of

NUMERIC = [row.name for row in DATATYPES if row.json_form in (JsonForm.INTEGER, JsonForm.REAL)]
# What orjson makes of JSON: integers of 64 bits, all else is a float.
ELEMENTS = (
    st.sampled_from([0, 1, -1, 255, 256, 0.0, -0.0, 1.0, 3.4028235677973362e38, 3.4028235677973366e38])
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
)
STRANGERS: st.SearchStrategy[Any] = st.booleans() | st.none() | st.just("1") | st.just([1]) | st.just({})


def outcome(read: Any, elements: list[Any]) -> Any:
    try:
        array = read(elements)
    except InvalidTensor as error:
        return str(error)
    return array.dtype, array.tobytes()


@given(
    st.data(),
    st.sampled_from(NUMERIC),
    st.lists(ELEMENTS, max_size=8),
    st.none() | STRANGERS,
    st.sampled_from([1, 100]),
)
@settings(derandomize=True, max_examples=1500, deadline=None)
def test_both_ways_give_the_same_array_or_the_same_refusal(
    data: Any, datatype: str, elements: list[Any], stranger: Any, repeats: int
) -> None:
    elements = elements * repeats
    if stranger is not None:
        elements.insert(data.draw(st.integers(0, len(elements))), stranger)
    row = BY_NAME[datatype]
    careful = read_reals if row.json_form is JsonForm.REAL else read_integers

    fast = outcome(reader_of("t", row), elements)

    assert fast == outcome(lambda it: careful("t", row, it), elements)


@pytest.mark.parametrize("count", [1, 256, 257, 5000])
@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize("datatype", NUMERIC)
def test_one_boolean_among_many_numbers_is_found(datatype: str, value: bool, count: int) -> None:
    elements: list[Any] = [7] * count
    elements[count // 2] = value

    with pytest.raises(InvalidTensor, match=f"element {count // 2} is the boolean {value}"):
        reader_of("t", BY_NAME[datatype])(elements)


@pytest.mark.parametrize("count", [1, 256, 257, 5000])
@pytest.mark.parametrize("value", [3.4028235677973366e38, -1e39])
def test_one_number_beyond_fp32_is_found(value: float, count: int) -> None:
    elements: list[Any] = [7.5] * count
    elements[count // 2] = value

    with pytest.raises(InvalidTensor, match=f"element {count // 2} .* is beyond the range of FP32"):
        reader_of("t", BY_NAME["FP32"])(elements)


def test_zeros_and_ones_are_numbers_like_others() -> None:
    for elements in ([0, 1] * 10, [0, 1] * 1000):
        assert reader_of("t", BY_NAME["FP32"])(elements).tolist() == np.array(elements, np.float32).tolist()
