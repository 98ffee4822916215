"""Reads documents that people write: every member asked for by name and type, every refusal with the member's path."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from math import isfinite
from types import MappingProxyType
from typing import Any, TypeVar

import orjson

from sluice.catalog.problem_sentences import found_and_allowed, no_such_field
from sluice.errors import InvalidDefinition, InvalidUnit

Document = dict[str, Any]

_Kind = TypeVar("_Kind", str, int, float, bool, list[Any], dict[str, Any])
_Choice = TypeVar("_Choice", bound=StrEnum)

_IN_WORDS: Mapping[type, str] = MappingProxyType(
    {str: "text", int: "a whole number", float: "a number", bool: "true or false", list: "a list", dict: "a mapping"}
)
_INT64 = range(-(2**63), 2**63)
_KEY_LIMIT_CHARACTERS = 64
_DOCUMENT_LIMIT_BYTES = 32 * 1024


class Fields:
    """The members of one mapping. `subject` is whose document it is, `path` where in it the mapping stands.

    `refused` are members that exist elsewhere and may not be written here, each with its reason.
    """

    __slots__ = ("_document", "_path", "subject")

    def __init__(
        self,
        subject: str,
        document: Any,
        *,
        known: Sequence[str],
        path: str = "",
        refused: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.subject, self._path = subject, path
        if not isinstance(document, Mapping):
            raise InvalidDefinition(subject, path or "the document", found_and_allowed(document, "a mapping"))
        self._document = document
        for name in document:
            if name in refused:
                raise self.refusal(name, f"it is not written: {refused[name]}")
            if name not in known:
                raise self.refusal(str(name), no_such_field(str(name), known))

    def path_of(self, name: str) -> str:
        """As messages call the member."""
        return f"{self._path}.{name}" if self._path else name

    def refusal(self, name: str, rule: str) -> InvalidDefinition:
        """The member breaks a rule."""
        return InvalidDefinition(self.subject, self.path_of(name), rule)

    def required(self, name: str, kind: type[_Kind]) -> _Kind:
        """The member. Raises InvalidDefinition if it is missing or of another type."""
        if name not in self._document:
            raise self.refusal(name, "missing, it is required")
        value = self._document[name]
        if type(value) is not kind:
            raise self.refusal(name, found_and_allowed(value, _IN_WORDS[kind]))
        self.check_value(name, value)
        return value

    def given(self, **kinds: type) -> Document:
        """Those of the named members that are there, by name; where one is missing, the value's own default holds."""
        return {name: self.required(name, kind) for name, kind in kinds.items() if name in self._document}

    def optional(self, name: str, kind: type[_Kind]) -> _Kind | None:
        """The member; None if it is missing or null."""
        return None if self._document.get(name) is None else self.required(name, kind)

    def number(self, name: str) -> float:
        """The member. JSON has one kind of number: 1 is 1.0."""
        is_whole = type(self._document.get(name)) is int
        return float(self.required(name, int)) if is_whole else self.required(name, float)

    def choice(self, name: str, choices: type[_Choice]) -> _Choice:
        """The member, one of a closed set."""
        text = self.required(name, str)
        if text not in set(choices):
            raise self.refusal(name, found_and_allowed(text, ", ".join(choices)))
        return choices(text)

    def has(self, name: str) -> bool:
        """Whether the member is there."""
        return name in self._document

    def is_null(self, name: str) -> bool:
        """Whether the member is there and says that there is none."""
        return self.has(name) and self._document[name] is None

    def part(self, name: str, known: Sequence[str]) -> "Fields":
        """The members of a mapping inside this one."""
        return Fields(self.subject, self.required(name, dict), known=known, path=self.path_of(name))

    def parts(self, name: str, known: Sequence[str]) -> Iterator["Fields"]:
        """The members of each mapping in a list."""
        for at, each in enumerate(self.required(name, list)):
            yield Fields(self.subject, each, known=known, path=self.path_of(f"{name}[{at}]"))

    def check_value(self, name: str, value: Any) -> None:
        """Refuse what JSON has no place for: keys that are no text, lone surrogates, NaN, infinities, long integers."""
        if isinstance(value, dict) and not all(type(key) is str for key in value):
            raise self.refusal(name, "its keys must be text")
        if isinstance(value, str) and not value.isascii() and value.encode(errors="replace").decode() != value:
            raise self.refusal(name, "it holds a lone surrogate, which is no character")
        if isinstance(value, int) and value not in _INT64:
            raise self.refusal(name, "it does not fit into 64 bits")
        if isinstance(value, float) and not isfinite(value):
            raise self.refusal(name, f"found {value}, allowed: finite numbers")

    @contextmanager
    def placed(self) -> Iterator[None]:
        """What is built of these members may refuse one: give it the member's path in the document."""
        try:
            yield
        except InvalidDefinition as error:
            raise self.refusal(error.field, error.rule) from error
        except InvalidUnit as error:
            raise self.refusal("unit_type", error.rule) from error


def subject_of(kind: str, document: Any) -> str:
    """How messages call a document before its key is known to be one."""
    key = document.get("key") if isinstance(document, Mapping) else None
    return f"{kind} {key!r}" if type(key) is str and len(key) <= _KEY_LIMIT_CHARACTERS else f"the {kind}"


def refuse_oversize(subject: str, document: Document) -> None:
    """Raise InvalidDefinition for a checked document that is too large for a store and its snapshots."""
    size_bytes = len(orjson.dumps(document))
    if size_bytes > _DOCUMENT_LIMIT_BYTES:
        rule = f"it has {size_bytes} bytes as JSON, allowed: {_DOCUMENT_LIMIT_BYTES}"
        raise InvalidDefinition(subject, "the document", rule)
