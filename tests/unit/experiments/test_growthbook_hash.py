"""GrowthBook's published hash vectors (spec 0.8.0, hash version 2)."""

import pytest

from sluice.experiments.growthbook_hash import GrowthbookDraw

# seed, value, hash: from `packages/sdk-js/test/cases.json` of growthbook/growthbook.
VECTORS = [
    ("seed", "a", 0.0505),
    ("seed", "b", 0.2696),
    ("foo", "ab", 0.2575),
    ("foo", "def", 0.2019),
    ("89123klj", "8952klfjas09ujkasdf", 0.124),
    ("90850943850283058242805", "123", 0.7516),
    ("()**(%$##$%#$#", '___)((*":&', 0.0128),
]


@pytest.mark.parametrize(("seed", "value", "expected"), VECTORS)
def test_published_vectors(seed: str, value: str, expected: float) -> None:
    assert GrowthbookDraw(seed).slot_of(value.encode()) == round(expected * 1_000_000)


def test_letters_beyond_ascii_are_hashed_as_utf_16() -> None:
    # The formula over code units, written out: one for é, a surrogate pair for the face.
    assert GrowthbookDraw("").slot_of("é".encode()) == spelled_out([0xE9])
    assert GrowthbookDraw("").slot_of("\N{GRINNING FACE}".encode()) == spelled_out([0xD83D, 0xDE00])


def spelled_out(code_units: list[int]) -> int:
    return fnv1a32([ord(digit) for digit in str(fnv1a32(code_units))]) % 10_000 * 100


def fnv1a32(code_units: list[int]) -> int:
    value = 0x811C9DC5
    for unit in code_units:
        value = (value ^ unit) * 0x01000193 % 2**32
    return value
