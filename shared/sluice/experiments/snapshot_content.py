"""How every snapshot is written: JSON, sorted and compressed, under the digest of its text.

The same definitions have the same digest, whoever wrote them down and when.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any, Protocol, TypeVar

import orjson

from sluice.errors import InvalidDefinition, StoreUnavailable
from sluice.experiments.attributes import AttributeSchema, AttributeType
from sluice.experiments.ports import StoredSnapshot

T = TypeVar("T")

_FORMAT = 1
"""Raise it when older code could not read a newer snapshot: functions then keep the last one that they can read."""


def pack(subject: str, number: int, document: Mapping[str, Any]) -> StoredSnapshot:
    """The document as a store keeps it."""
    text = orjson.dumps({"format": _FORMAT, **document}, option=orjson.OPT_SORT_KEYS)
    return StoredSnapshot(subject, number, sha256(text).hexdigest(), zlib.compress(text, 9))


def unpack(stored: StoredSnapshot, read: Callable[[dict[str, Any]], T]) -> T:
    """What `read` makes of the document; it may raise KeyError, TypeError or ValueError for one that is not ours.

    Raises StoreUnavailable for that, and for content that does not have its digest.
    """
    try:
        return read(_of_this_format(orjson.loads(_checked_text(stored))))
    except (AttributeError, KeyError, TypeError, ValueError, InvalidDefinition, zlib.error) as error:
        raise StoreUnavailable(f"snapshot {stored.subject}", f"it cannot be read: {error!r}") from error


def _of_this_format(document: dict[str, Any]) -> dict[str, Any]:
    if document["format"] != _FORMAT:
        raise ValueError(f"its format is {document['format']}, this code reads {_FORMAT}")
    return document


def _checked_text(stored: StoredSnapshot) -> bytes:
    text = zlib.decompress(stored.content)
    if sha256(text).hexdigest() != stored.digest:
        raise ValueError("its content does not have its digest")
    return text


class WithAttributes(Protocol):
    """A definition whose conditions look at attributes."""

    @property
    def subject(self) -> str:
        """How messages call it."""
        ...

    @property
    def attributes(self) -> AttributeSchema:
        """The attributes and their types."""
        ...


def merged_attributes(definitions: Iterable[WithAttributes]) -> dict[str, AttributeType]:
    """One schema for the conditions of all. Raises InvalidDefinition that names both where two disagree."""
    merged: dict[str, AttributeType] = {}
    first: dict[str, str] = {}
    for definition in definitions:
        for name, kind in definition.attributes.items():
            if merged.setdefault(name, kind) is not kind:
                rule = f"it is {kind} here and {merged[name]} in {first[name]}"
                raise InvalidDefinition(definition.subject, f"attributes.{name}", rule)
            first.setdefault(name, definition.subject)
    return merged


def read_attributes(document: Mapping[str, str]) -> dict[str, AttributeType]:
    """The inverse, out of a snapshot's JSON. Raises ValueError."""
    return {name: AttributeType(kind) for name, kind in document.items()}
