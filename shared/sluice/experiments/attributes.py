"""Typed attributes: what eligibility and flag rules may look at."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from sluice.errors import InvalidDefinition

_NUMBER = re.compile(r"-?[0-9]{1,19}(\.[0-9]{1,19})?")
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


class ClaimText(str):
    """A verified token's claim as API Gateway hands it on: every claim is text there, lists as `[a b]`."""

    __slots__ = ()


class AttributeFilter:
    """Takes from a request what a schema knows; prepared once, for it runs in every request that asks a condition."""

    __slots__ = ("_converted", "_plain", "_schema")

    def __init__(self, schema: AttributeSchema) -> None:
        self._schema = schema
        self._plain = {name: _PLAIN[kind] for name, kind in schema.items() if kind in _PLAIN}
        self._converted = {name: _CONVERSIONS[kind] for name, kind in schema.items() if kind in _CONVERSIONS}

    def fitting(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the given values that have the schema's type; a whole number is a double too.

        What does not fit counts as missing, text over 1,024 characters too: a definition may change its types, and no
        request may break by that.
        """
        plain = self._plain
        values = {
            name: value
            for name, value in given.items()
            if type(value) is plain.get(name) and (type(value) is not str or len(value) <= _TEXT_LIMIT_CHARACTERS)
        }
        for name, convert in self._converted.items():
            converted = convert(given.get(name))
            if converted is not None:
                values[name] = converted
        if len(values) < len(given):
            values |= self._told_as_text(given)
        return values

    def _told_as_text(self, given: Mapping[str, Any]) -> dict[str, Any]:
        texts = {name: value for name, value in given.items() if type(value) is ClaimText and name in self._schema}
        read = {name: _from_text(text, self._schema[name]) for name, text in texts.items()}
        return {name: value for name, value in read.items() if value is not None}


def _from_text(text: str, kind: AttributeType) -> Any:
    """The value of its type, None where the text is none."""
    if len(text) > _TEXT_LIMIT_CHARACTERS:
        return None
    if kind is AttributeType.STRING:
        return str(text)
    if kind is AttributeType.STRINGS:
        return text.removeprefix("[").removesuffix("]").split()
    if kind is AttributeType.BOOL:
        return {"true": True, "false": False}.get(text)
    if not _NUMBER.fullmatch(text):
        return None
    return float(text) if kind is AttributeType.DOUBLE else int(text) if text.lstrip("-").isdecimal() else None


def _double(value: Any) -> float | None:
    if type(value) is int and value in _EXACT_DOUBLE:
        return float(value)
    return value if type(value) is float else None


def _strings(value: Any) -> list[str] | None:
    if type(value) is not list or len(value) > _LIST_LIMIT:
        return None
    return value if all(type(each) is str and len(each) <= _TEXT_LIMIT_CHARACTERS for each in value) else None


_TEXT_LIMIT_CHARACTERS = 1_024
_LIST_LIMIT = 100
_EXACT_DOUBLE = range(-(2**53), 2**53 + 1)
_PLAIN = {AttributeType.STRING: str, AttributeType.INT: int, AttributeType.BOOL: bool}
_CONVERSIONS: Mapping[AttributeType, Callable[[Any], Any]] = {
    AttributeType.DOUBLE: _double,
    AttributeType.STRINGS: _strings,
}
