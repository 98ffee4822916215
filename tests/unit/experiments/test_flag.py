"""A flag is valid once built; building an invalid one names the field."""

from typing import Any

import pytest

from sluice.errors import InvalidDefinition
from sluice.experiments.attributes import AttributeType
from sluice.experiments.flag import FlagRule
from sluice.experiments.flag_value import ValueType
from tests.unit.experiments.flag_builders import a_flag, a_rule, shares


@pytest.mark.parametrize("key", ["a", "New-Checkout", "team:flag.v2_x", "x" * 64, "...", "-"])
def test_a_key_may_hold_what_a_path_leaves_alone(key: str) -> None:
    assert a_flag(key).key == key


@pytest.mark.parametrize("key", ["", ".", "..", "a/b", "a b", "a?b", "a#b", "a%2Fb", "ä", "x" * 65, "a\n", 7, None])
def test_a_key_that_would_change_a_path_is_refused(key: Any) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        a_flag(key)
    assert caught.value.field == "key"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"owner": " "}, "owner"),
        ({"owner": "\ud800"}, "owner"),
        ({"description": "x" * 2001}, "description"),
        ({"variants": {}}, "variants"),
        ({"variants": {"on": True, "Off!": False}}, "variants"),
        ({"variants": {"on": True, "off": "no"}}, "variants.off"),
        ({"variants": {f"v{n}": True for n in range(65)}}, "variants"),
        ({"default": "maybe"}, "default"),
        ({"default": shares(on=5000, off=4999)}, "default.split"),
        ({"default": shares()}, "default.split"),
        ({"default": shares(on=-1, off=10_001)}, "default.split[0].weight_bps"),
        ({"default": shares(on=5000, maybe=5000)}, "default.split[1].variant"),
        ({"rules": (a_rule(when=" "),)}, "rules[0].when"),
        ({"rules": (a_rule(), a_rule(serve="maybe"))}, "rules[1].serve"),
        ({"rules": (a_rule("true"),) * 101}, "rules"),
        ({"attributes": {"Country": AttributeType.STRING}}, "attributes.Country"),
        ({"attributes": {"country": "text"}}, "attributes.country"),
        ({"prerequisites": {"a/b": ("on",)}}, "prerequisites"),
        ({"prerequisites": {"other": ()}}, "prerequisites.other"),
        ({"prerequisites": {"other": ("ON",)}}, "prerequisites.other"),
        ({"prerequisites": {f"f{n}": ("on",) for n in range(21)}}, "prerequisites"),
        ({"off_variant": "maybe"}, "off_variant"),
        ({"unit_type": "User"}, "unit_type"),
        ({"seed": "a\x1fb"}, "seed"),
        ({"enabled": 1}, "enabled"),
        ({"exposures": "no"}, "exposures"),
        ({"revision": 0}, "revision"),
    ],
)
def test_what_breaks_a_rule_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        a_flag(**changes)
    assert caught.value.field == field
    assert caught.value.subject == "flag 'new-checkout'"


def test_a_variant_stands_in_a_split_once() -> None:
    split = shares(on=5000)
    with pytest.raises(InvalidDefinition, match="twice"):
        a_flag(default=type(split)(split.shares * 2))


@pytest.mark.parametrize(
    ("value_type", "value"),
    [
        (ValueType.BOOLEAN, False),
        (ValueType.STRING, ""),
        (ValueType.INTEGER, 2**53 - 1),
        (ValueType.FLOAT, 1.0),
        (ValueType.OBJECT, {"a": [1, None, {"b": "ü"}], "c": 0.5}),
    ],
)
def test_a_flag_has_one_of_five_types(value_type: ValueType, value: Any) -> None:
    assert a_flag(value_type=value_type, variants={"off": value}).variants["off"] == value


@pytest.mark.parametrize(
    ("value_type", "value", "field"),
    [
        (ValueType.BOOLEAN, 1, "variants.off"),
        (ValueType.STRING, None, "variants.off"),
        (ValueType.STRING, "\ud800", "variants.off"),
        (ValueType.INTEGER, True, "variants.off"),
        (ValueType.INTEGER, 1.0, "variants.off"),
        (ValueType.INTEGER, 2**53, "variants.off"),
        (ValueType.FLOAT, 1, "variants.off"),
        (ValueType.FLOAT, float("nan"), "variants.off"),
        (ValueType.FLOAT, float("-inf"), "variants.off"),
        (ValueType.OBJECT, [1], "variants.off"),
        (ValueType.OBJECT, {"a": {1}}, "variants.off.a"),
        (ValueType.OBJECT, {1: "a"}, "variants.off"),
        (ValueType.OBJECT, {"a": [0, float("inf")]}, "variants.off.a[1]"),
        (ValueType.OBJECT, {"a": {"b": -(2**53)}}, "variants.off.a.b"),
    ],
)
def test_a_value_that_json_readers_would_not_agree_on_is_refused(value_type: ValueType, value: Any, field: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        a_flag(value_type=value_type, variants={"off": value})
    assert caught.value.field == field


def test_an_object_has_a_depth_that_readers_bear() -> None:
    value: dict[str, Any] = {}
    for _ in range(17):
        value = {"a": value}

    with pytest.raises(InvalidDefinition, match="nested"):
        a_flag(value_type=ValueType.OBJECT, variants={"off": value})


def test_a_condition_is_text() -> None:
    with pytest.raises(InvalidDefinition, match="condition"):
        a_flag(rules=(FlagRule(True, "on"),))  # type: ignore[arg-type]


def test_the_draw_is_the_keys_own_unless_a_seed_is_given() -> None:
    assert a_flag().draw_seed == "new-checkout"
    assert a_flag(seed="again").draw_seed == "again"
