"""Typed attributes: what eligibility and flag rules may look at."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sluice.errors import InvalidDefinition

AttributeValue = str | int | float | bool | list[str]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
# Words of the condition language; a condition could not name such an attribute.
_RESERVED = frozenset(
    {
        "as",
        "break",
        "const",
        "continue",
        "else",
        "false",
        "for",
        "function",
        "if",
        "import",
        "in",
        "let",
        "loop",
        "package",
        "namespace",
        "null",
        "return",
        "true",
        "var",
        "void",
        "while",
        "bool",
        "bytes",
        "double",
        "duration",
        "dyn",
        "int",
        "list",
        "map",
        "string",
        "timestamp",
        "type",
        "uint",
    }
)


class AttributeType(StrEnum):
    """The types of the condition language that a request can carry."""

    STRING = "string"
    INT = "int"
    DOUBLE = "double"
    BOOL = "bool"
    STRINGS = "strings"


AttributeSchema = Mapping[str, AttributeType]

_INT64 = range(-(2**63), 2**63)


def checked_schema(subject: str, schema: Mapping[str, Any]) -> dict[str, AttributeType]:
    """The schema with its types. Raises InvalidDefinition for a name or type that is none."""
    checked = {}
    for name, kind in schema.items():
        field = f"attributes.{name}"
        if not _NAME.fullmatch(name) or name in _RESERVED:
            raise InvalidDefinition(subject, field, "a name is lower-case letters, digits, _; no word of CEL's own")
        if kind not in set(AttributeType):
            raise InvalidDefinition(subject, field, f"found {kind!r}, allowed: {', '.join(AttributeType)}")
        checked[name] = AttributeType(kind)
    return checked


def fitting(schema: AttributeSchema, given: Mapping[str, Any]) -> dict[str, AttributeValue]:
    """Those of the given values that the schema knows and that have its type; a whole number is a double too.

    What does not fit counts as missing: a definition may change its types, and no request may break by that.
    """
    values: dict[str, AttributeValue] = {}
    for name, value in given.items():
        kind = schema.get(name)
        if kind is AttributeType.DOUBLE and type(value) is int:
            values[name] = float(value)
        elif kind is not None and _fits(kind, value):
            values[name] = value
    return values


def _fits(kind: AttributeType, value: Any) -> bool:
    if kind is AttributeType.STRINGS:
        return type(value) is list and all(type(each) is str for each in value)
    if kind is AttributeType.INT:
        return type(value) is int and value in _INT64
    return type(value) is _PYTHON_TYPES[kind]


_PYTHON_TYPES = {AttributeType.STRING: str, AttributeType.DOUBLE: float, AttributeType.BOOL: bool}
