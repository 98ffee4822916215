"""A flag as a document of JSON values: what a person writes, and beside it, in the store, what its life added.

| member | meaning |
|---|---|
| key, owner, description | names, and what it is for |
| type | boolean, string, integer, float or object |
| variants | {name: value of the type} |
| rules | [{when: condition, and variant or split}, …], the first that holds serves; optional |
| default | {variant} or {split}: whom no rule serves |
| split | [{variant, weight_bps}, …] in an order that counts; the weights sum to 10,000 |
| attributes | the types of what conditions look at: {country: string} |
| prerequisites | {key of a flag: [variants that it must give]} |
| off_variant | what a flag that is off serves; without it, nothing |
| unit_type, seed | how units are drawn; optional |
| exposures | whether evaluations are recorded |
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sluice.experiments.attributes import checked_schema
from sluice.experiments.document_fields import Document, Fields, refuse_oversize, subject_of
from sluice.experiments.flag import Flag, FlagRule
from sluice.experiments.flag_serving import Serving, Share, Split
from sluice.experiments.flag_value import EXACT_WHOLE_NUMBERS, FlagValue, ValueType

_WRITTEN = (
    "key",
    "owner",
    "description",
    "type",
    "variants",
    "attributes",
    "rules",
    "default",
    "prerequisites",
    "off_variant",
    "unit_type",
    "seed",
    "exposures",
)
_LIFE = ("enabled", "is_archived", "revision")
_SERVING = ("variant", "split")
_WHY_NOT_WRITTEN = MappingProxyType(
    {
        "enabled": "it changes by moves: disable, enable",
        "is_archived": "it changes by a move: archive",
        "revision": "it is counted with every change",
    }
)


def flag_to_document(flag: Flag) -> Document:
    """Everything, as it is stored."""
    return {**written_part(flag), **{name: getattr(flag, name) for name in _LIFE}}


def written_part(flag: Flag) -> Document:
    """What a person would have to write to get this flag."""
    return {
        "key": flag.key,
        "owner": flag.owner,
        "description": flag.description,
        "type": flag.value_type.value,
        "variants": dict(flag.variants),
        "attributes": {name: kind.value for name, kind in flag.attributes.items()},
        "rules": [{"when": rule.when, **_serving_to_document(rule.serve)} for rule in flag.rules],
        "default": _serving_to_document(flag.default),
        "prerequisites": {key: list(variants) for key, variants in flag.prerequisites.items()},
        "off_variant": flag.off_variant,
        "unit_type": flag.unit_type,
        "seed": flag.seed,
        "exposures": flag.exposures,
    }


def flag_from_document(document: Any) -> Flag:
    """The inverse of `flag_to_document`. Raises InvalidDefinition."""
    fields = Fields(subject_of("flag", document), document, known=(*_WRITTEN, *_LIFE))
    life = {
        "enabled": fields.required("enabled", bool),
        "is_archived": fields.required("is_archived", bool),
        "revision": fields.required("revision", int),
    }
    return _flag(fields, life)


def flag_from_written(document: Any) -> Flag:
    """The flag, switched on, that a person's document describes.

    Raises InvalidDefinition for the first rule that it breaks; what moves change is refused with the move's name.
    """
    subject = subject_of("flag", document)
    flag = _flag(Fields(subject, document, known=_WRITTEN, refused=_WHY_NOT_WRITTEN), {})
    refuse_oversize(subject, written_part(flag))
    return flag


def _flag(fields: Fields, life: Mapping[str, Any]) -> Flag:
    value_type = fields.choice("type", ValueType)
    parts: dict[str, Any] = {
        "key": fields.required("key", str),
        "owner": fields.required("owner", str),
        "value_type": value_type,
        "variants": {key: _value(value_type, it) for key, it in fields.required("variants", dict).items()},
        "rules": tuple(map(_rule, fields.parts("rules", ("when", *_SERVING)) if fields.has("rules") else ())),
        "default": _serving(fields.part("default", _SERVING)),
        "prerequisites": {key: tuple(variants) for key, variants in _by_name(fields, "prerequisites", list).items()},
        "off_variant": fields.optional("off_variant", str),
        **fields.given(description=str, unit_type=str, seed=str, exposures=bool),
    }
    attributes = _by_name(fields, "attributes", str)
    with fields.placed():
        return Flag(attributes=checked_schema(fields.subject, attributes), **parts, **life)


def _value(value_type: ValueType, value: Any) -> FlagValue:
    """JSON has one kind of number: where a float is meant, 1 is one."""
    is_whole = value_type is ValueType.FLOAT and type(value) is int and value in EXACT_WHOLE_NUMBERS
    given: FlagValue = float(value) if is_whole else value
    return given


def _rule(fields: Fields) -> FlagRule:
    return FlagRule(fields.required("when", str), _serving(fields))


def _serving(fields: Fields) -> Serving:
    if fields.has("variant") == fields.has("split"):
        raise fields.refusal("variant", "give either variant or split")
    if fields.has("variant"):
        return fields.required("variant", str)
    shares = fields.parts("split", ("variant", "weight_bps"))
    return Split(tuple(Share(part.required("variant", str), part.required("weight_bps", int)) for part in shares))


def _serving_to_document(serving: Serving) -> Document:
    if isinstance(serving, Split):
        return {"split": [{"variant": it.variant, "weight_bps": it.weight_bps} for it in serving.shares]}
    return {"variant": serving}


def _by_name(fields: Fields, name: str, kind: type[Any]) -> dict[str, Any]:
    """A mapping whose members all have one type; empty if it is missing."""
    given = fields.given(**{name: dict}).get(name, {})
    members = Fields(fields.subject, given, known=tuple(given), path=fields.path_of(name))
    return {key: members.required(key, kind) for key in given}
