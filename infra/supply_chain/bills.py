"""Bills of materials in CycloneDX JSON: the same bytes for the same lock files, with no time and no host in them."""

import json
from collections.abc import Iterable
from pathlib import Path

from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from infra.supply_chain.pins import Pin


class InvalidBill(Exception):
    """What was to be written is not CycloneDX; a mistake of ours."""


def bill_of(name: str, version: str, pins: Iterable[Pin]) -> str:
    """What the application `name` is made of, besides code of ours. Raises InvalidBill."""
    root = Component(name=name, version=version, type=ComponentType.APPLICATION, bom_ref=name)
    parts = [_component(pin) for pin in sorted(pins)]
    bom = Bom(components=parts, metadata=BomMetaData(component=root))
    bom.register_dependency(root, parts)
    document = _without_time_and_chance(JsonV1Dot6(bom).output_as_string())
    _check(document)
    return document


def write_bill(path: Path, document: str) -> None:
    """Into a folder that need not exist."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document)


def _component(pin: Pin) -> Component:
    purl = PackageURL.from_string(pin.purl)
    return Component(name=pin.name, version=pin.package_version, purl=purl, bom_ref=pin.purl)


def _without_time_and_chance(document: str) -> str:
    """The library gives every bill a random serial number and the time of day."""
    members = json.loads(document)
    del members["serialNumber"], members["metadata"]["timestamp"]
    return json.dumps(members, indent=2, sort_keys=True) + "\n"


def _check(document: str) -> None:
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(document)
    if problem is not None:
        raise InvalidBill(str(problem))
