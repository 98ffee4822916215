"""Bills of materials: valid, complete, and the same every time."""

import json
import re

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from infra.supply_chain.bills import bill_of
from infra.supply_chain.pins import Pin

_PINS = [Pin("numpy", "2.5.5"), Pin("numpy", "2.4.6"), Pin("@scope/tool", "1.0.0", "npm")]


def test_a_bill_is_cyclonedx() -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill_of("sluice", "0.1.0", _PINS)) is None


def test_a_bill_lists_every_pin_and_what_it_is_part_of() -> None:
    bill = json.loads(bill_of("sluice", "0.1.0", _PINS))

    purls = {it["purl"] for it in bill["components"]}
    assert purls == {"pkg:pypi/numpy@2.5.5", "pkg:pypi/numpy@2.4.6", "pkg:npm/%40scope/tool@1.0.0"}
    assert (bill["metadata"]["component"]["name"], bill["metadata"]["component"]["version"]) == ("sluice", "0.1.0")
    parts = {it["ref"]: it.get("dependsOn", []) for it in bill["dependencies"]}
    assert sorted(parts["sluice"]) == sorted(it["bom-ref"] for it in bill["components"])


def test_the_same_pins_give_the_same_bytes() -> None:
    assert bill_of("sluice", "0.1.0", _PINS) == bill_of("sluice", "0.1.0", reversed(_PINS))


@pytest.mark.parametrize("member", ["serialNumber", "timestamp"])
def test_a_bill_has_nothing_of_its_hour(member: str) -> None:
    assert member not in bill_of("sluice", "0.1.0", _PINS)


def test_a_bill_names_no_host_but_its_schemas() -> None:
    hosts = re.findall(r"\w+://([^/\"]+)", bill_of("sluice", "0.1.0", _PINS))

    assert set(hosts) == {"cyclonedx.org"}
