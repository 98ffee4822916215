"""Which of a request's attributes conditions may see."""

from typing import Any

import pytest

from sluice.experiments.attributes import AttributeFilter, ClaimText
from tests.unit.experiments.running import attributes

FILTER = AttributeFilter(attributes(country="string", age="int", score="double", member="bool", tags="strings"))


@pytest.mark.parametrize(
    ("name", "given", "seen"),
    [
        ("age", 30, 30),
        ("score", 1, 1.0),
        ("score", 0.5, 0.5),
        ("tags", ["a", "b"], ["a", "b"]),
        ("country", ClaimText("DE"), "DE"),
        ("country", ClaimText("7"), "7"),
        ("age", ClaimText("30"), 30),
        ("age", ClaimText("-3"), -3),
        ("score", ClaimText("0.5"), 0.5),
        ("score", ClaimText("2"), 2.0),
        ("member", ClaimText("true"), True),
        ("member", ClaimText("false"), False),
        ("tags", ClaimText("[a b]"), ["a", "b"]),
        ("tags", ClaimText("a"), ["a"]),
    ],
)
def test_what_has_its_type_is_seen(name: str, given: Any, seen: Any) -> None:
    found = FILTER.fitting({name: given})

    assert found == {name: seen}
    assert type(found[name]) is type(seen)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("other", 1),
        ("age", "30"),
        ("age", True),
        ("age", 1.0),
        ("age", ClaimText("3.5")),
        ("age", ClaimText("1e3")),
        ("age", ClaimText("x")),
        ("score", 2**60),
        ("score", ClaimText("nan")),
        ("member", 1),
        ("member", ClaimText("yes")),
        ("country", "x" * 1_025),
        ("country", ClaimText("x" * 1_025)),
        ("tags", ["a"] * 101),
        ("tags", ["a", 1]),
        ("tags", ["x" * 1_025]),
        ("other", ClaimText("1")),
    ],
)
def test_what_has_another_type_or_is_too_long_counts_as_missing(name: str, given: Any) -> None:
    assert FILTER.fitting({name: given}) == {}
