"""An OpenFeature evaluation context: the unit checked where it enters, the rest left as it came."""

from typing import Any

import pytest

from sluice.errors import InvalidUnit
from sluice.experiments.flag_context import FlagContext, context_of


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, FlagContext()),
        ({"targetingKey": "a", "country": "DE"}, FlagContext("user", "a", {"country": "DE"})),
        ({"targetingKey": 7}, FlagContext("user", "7")),
        ({"targetingKey": None, "country": None}, FlagContext()),
        ({"targetingKey": "a", "sluice_unit_type": "account"}, FlagContext("account", "a")),
    ],
)
def test_a_context_names_a_unit_or_none(members: dict[str, Any], expected: FlagContext) -> None:
    assert context_of(members) == expected


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("targetingKey", ""),
        ("targetingKey", "x" * 257),
        ("targetingKey", "a\x1fb"),
        ("targetingKey", True),
        ("targetingKey", 1.5),
        ("targetingKey", ["a"]),
        ("sluice_unit_type", "User"),
        ("sluice_unit_type", 7),
    ],
)
def test_what_cannot_be_a_unit_is_refused_by_its_member(member: str, value: Any) -> None:
    with pytest.raises(InvalidUnit) as caught:
        context_of({member: value})
    assert caught.value.field == member
