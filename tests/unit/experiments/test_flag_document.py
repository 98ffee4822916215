"""A flag as a document: strict about every member, and the same flag on the way back."""

import json
from typing import Any

import pytest

from sluice.catalog.manifest_yaml import parse_yaml
from sluice.errors import InvalidDefinition
from sluice.experiments.attributes import AttributeType
from sluice.experiments.flag import Flag
from sluice.experiments.flag_document import flag_from_document, flag_from_written, flag_to_document, written_part
from sluice.experiments.flag_value import ValueType
from tests.unit.experiments.flag_builders import a_flag, a_rule, shares

LEAST = {
    "key": "new-checkout",
    "owner": "payments",
    "type": "boolean",
    "variants": {"on": True, "off": False},
    "default": {"variant": "off"},
}
WRITTEN = """
key: new-checkout
owner: payments
type: boolean
variants: {on: true, off: false}
attributes: {country: string, age: int}
rules:
  - when: country == "DE" && age >= 18
    variant: on
  - when: country in ["AT", "CH"]
    split:
      - {variant: on, weight_bps: 500}
      - {variant: off, weight_bps: 9500}
default: {variant: off}
prerequisites: {payments-v2: [on]}
off_variant: off
exposures: true
"""


def a_whole_flag() -> Flag:
    return a_flag(
        description="The new page",
        rules=(a_rule(), a_rule("age > 17", shares(off=9500, on=500))),
        attributes={"country": AttributeType.STRING, "age": AttributeType.INT},
        prerequisites={"payments-v2": ("on", "half")},
        enabled=False,
        off_variant="off",
        unit_type="account",
        seed="s",
        exposures=True,
        is_archived=True,
        revision=7,
    )


@pytest.mark.parametrize("flag", [a_flag(), a_whole_flag()])
def test_a_flag_comes_back_from_json_as_it_was(flag: Flag) -> None:
    assert flag_from_document(json.loads(json.dumps(flag_to_document(flag)))) == flag


def test_a_person_writes_what_is_needed_and_gets_a_flag_that_is_on() -> None:
    assert flag_from_written(LEAST) == a_flag()


def test_a_file_says_the_same_as_code() -> None:
    flag = flag_from_written(parse_yaml(WRITTEN))

    assert flag.rules[1].serve == shares(on=500, off=9500)
    assert flag_from_written(written_part(flag)) == flag


@pytest.mark.parametrize("whole", [1, 1.0])
def test_a_float_flag_stays_one_where_json_lost_the_point(whole: float) -> None:
    flag = flag_from_written(LEAST | {"type": "float", "variants": {"off": whole}})

    assert flag.value_type is ValueType.FLOAT
    assert type(flag.variants["off"]) is float


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"vairants": {}}, "vairants"),
        ({"type": "bool"}, "type"),
        ({"type": ["boolean"]}, "type"),
        ({"variants": []}, "variants"),
        ({"variants": {"off": 10**400}}, "variants.off"),
        ({"type": "float", "variants": {"off": 10**400}}, "variants.off"),
        ({"default": "off"}, "default"),
        ({"default": {}}, "default.variant"),
        ({"default": {"variant": "off", "split": []}}, "default.variant"),
        ({"default": {"split": {"on": 10_000}}}, "default.split"),
        ({"default": {"split": [{"variant": "on", "weight": 1}]}}, "default.split[0].weight"),
        ({"default": {"split": [{"variant": "on", "weight_bps": "all"}]}}, "default.split[0].weight_bps"),
        ({"rules": {}}, "rules"),
        ({"rules": [{"when": "true"}]}, "rules[0].variant"),
        ({"rules": [{"when": True, "variant": "on"}]}, "rules[0].when"),
        ({"rules": [{"variant": "on"}]}, "rules[0].when"),
        ({"attributes": {"country": ["string"]}}, "attributes.country"),
        ({"attributes": ["country"]}, "attributes"),
        ({"prerequisites": {"other": "on"}}, "prerequisites.other"),
        ({"prerequisites": {"other": [["on"]]}}, "prerequisites.other"),
        ({"unit_type": "User"}, "unit_type"),
        ({"exposures": "yes"}, "exposures"),
        ({"enabled": False}, "enabled"),
        ({"revision": 3}, "revision"),
        ({"is_archived": True}, "is_archived"),
        ({"description": "x" * 2001}, "description"),
    ],
)
def test_a_document_that_breaks_a_rule_names_the_member(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        flag_from_written(LEAST | changes)
    assert caught.value.field == field


@pytest.mark.parametrize("name", LEAST)
def test_a_member_that_is_needed_is_named(name: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        flag_from_written({key: value for key, value in LEAST.items() if key != name})
    assert caught.value.field == name


@pytest.mark.parametrize("document", [None, [], "flag", 7])
def test_what_is_no_mapping_is_no_flag(document: Any) -> None:
    with pytest.raises(InvalidDefinition, match="mapping"):
        flag_from_written(document)


def test_a_flag_is_small_enough_for_a_snapshot_of_many() -> None:
    huge = {f"v{n}": "x" * 1000 for n in range(40)}

    with pytest.raises(InvalidDefinition, match="bytes"):
        flag_from_written(LEAST | {"type": "string", "variants": huge, "default": {"variant": "v1"}})
