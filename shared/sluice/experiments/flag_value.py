"""What a flag gives: a value of one of the five types that OpenFeature knows."""

import math
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from sluice.errors import InvalidDefinition

FlagValue = bool | str | int | float | Mapping[str, Any]

EXACT_WHOLE_NUMBERS = range(-(2**53) + 1, 2**53)
"""Beyond them, a client that reads JSON numbers as doubles gets another number."""

_DEPTH_LIMIT = 16


class ValueType(StrEnum):
    """OpenFeature's names."""

    BOOLEAN = "boolean"
    STRING = "string"
    INTEGER = "integer"
    FLOAT = "float"
    OBJECT = "object"


_PYTHON_TYPES = {
    ValueType.BOOLEAN: bool,
    ValueType.STRING: str,
    ValueType.INTEGER: int,
    ValueType.FLOAT: float,
    ValueType.OBJECT: dict,
}


def check_value(subject: str, field: str, value_type: ValueType, value: Any) -> None:
    """Raise InvalidDefinition unless the value is of the type and every JSON reader gets the same out of it.

    Numbers are finite, whole ones within 2^53 - 1; objects are JSON objects, 16 levels deep at most.
    """
    if type(value) is not _PYTHON_TYPES[value_type]:
        raise InvalidDefinition(subject, field, f"found {value!r}, must be of type {value_type}")
    _check_json(subject, field, value, depth=0)


def check_text(subject: str, field: str, text: str) -> None:
    """Raise InvalidDefinition for text that has no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidDefinition(subject, field, "it holds a lone surrogate, which is no character") from error


def _check_json(subject: str, field: str, value: Any, *, depth: int) -> None:
    if depth > _DEPTH_LIMIT:
        raise InvalidDefinition(subject, field, f"it is nested more than {_DEPTH_LIMIT} levels deep")
    match value:
        case bool() | None:
            pass
        case str():
            check_text(subject, field, value)
        case int() | float():
            _check_number(subject, field, value)
        case dict() | list():
            for place, inner in _inside(subject, field, value):
                _check_json(subject, place, inner, depth=depth + 1)
        case _:
            raise InvalidDefinition(subject, field, f"found {value!r}, which JSON cannot hold")


def _inside(subject: str, field: str, value: dict[Any, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        yield from ((f"{field}[{index}]", inner) for index, inner in enumerate(value))
        return
    for name, inner in value.items():
        _check_name(subject, field, name)
        yield f"{field}.{name}", inner


def _check_number(subject: str, field: str, value: float) -> None:
    if type(value) is int and value not in EXACT_WHOLE_NUMBERS:
        raise InvalidDefinition(subject, field, f"found {value}, whole numbers go to {EXACT_WHOLE_NUMBERS[-1]}")
    if not math.isfinite(value):
        raise InvalidDefinition(subject, field, f"found {value}, must be a finite number")


def _check_name(subject: str, field: str, name: Any) -> None:
    if type(name) is not str:
        raise InvalidDefinition(subject, field, f"the name {name!r} is not text")
    check_text(subject, field, name)
