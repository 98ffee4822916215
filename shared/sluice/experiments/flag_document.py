"""A flag as a document of JSON values, which is how stores and YAML files keep it; see `docs/flags.md`."""

from collections.abc import Mapping, Sequence
from typing import Any

from sluice.errors import InvalidDefinition
from sluice.experiments.flag import Flag, FlagRule
from sluice.experiments.flag_serving import Serving, Share, Split
from sluice.experiments.flag_value import FlagValue, ValueType

Document = dict[str, Any]

_REQUIRED = ("key", "owner", "type", "variants", "default")
_DEFAULTS: Mapping[str, Any] = {
    "description": "",
    "attributes": {},
    "rules": [],
    "prerequisites": {},
    "enabled": True,
    "off_variant": None,
    "unit_type": "user",
    "seed": "",
    "exposures": False,
    "archived": False,
    "revision": 1,
}


def flag_to_document(flag: Flag) -> Document:
    """The whole flag, members with their default value too."""
    return {
        "key": flag.key,
        "owner": flag.owner,
        "description": flag.description,
        "type": flag.value_type.value,
        "variants": dict(flag.variants),
        "attributes": {name: kind.value for name, kind in flag.attributes.items()},
        "rules": [{"when": rule.when, "serve": _serving_to_document(rule.serve)} for rule in flag.rules],
        "default": _serving_to_document(flag.default),
        "prerequisites": {key: list(variants) for key, variants in flag.prerequisites.items()},
        "enabled": flag.enabled,
        "off_variant": flag.off_variant,
        "unit_type": flag.unit_type,
        "seed": flag.seed,
        "exposures": flag.exposures,
        "archived": flag.is_archived,
        "revision": flag.revision,
    }


def flag_from_document(document: Any) -> Flag:
    """The inverse; members that have a default may be missing. Raises InvalidDefinition, which names the member."""
    given = _Members("flag", "the definition", document, required=_REQUIRED, optional=tuple(_DEFAULTS))
    subject = f"flag {given['key']!r}"
    it = {**_DEFAULTS, **given}
    value_type = _value_type(subject, it["type"])
    return Flag(
        key=it["key"],
        owner=it["owner"],
        description=it["description"],
        value_type=value_type,
        variants={key: _value(value_type, value) for key, value in _mapping(subject, "variants", it).items()},
        attributes=_mapping(subject, "attributes", it),
        rules=tuple(_rule(subject, f"rules[{index}]", each) for index, each in enumerate(_list(subject, "rules", it))),
        default=_serving(subject, "default", it["default"]),
        prerequisites={
            key: _texts(subject, f"prerequisites.{key}", each)
            for key, each in _mapping(subject, "prerequisites", it).items()
        },
        enabled=it["enabled"],
        off_variant=it["off_variant"],
        unit_type=it["unit_type"],
        seed=it["seed"],
        exposures=it["exposures"],
        is_archived=it["archived"],
        revision=it["revision"],
    )
