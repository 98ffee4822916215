"""Reads documents that people write: every member asked for by name and type, every refusal with the member's path."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import isfinite
from types import MappingProxyType
from typing import Any, TypeVar

from sluice.catalog.problem_sentences import found_and_allowed, no_such_field
from sluice.errors import InvalidDefinition, InvalidUnit

Document = dict[str, Any]

_Kind = TypeVar("_Kind", str, int, bool, list[Any], dict[str, Any])

_IN_WORDS: Mapping[type, str] = MappingProxyType(
    {str: "text", int: "a whole number", bool: "true or false", list: "a list", dict: "a mapping"}
)
_INT64 = range(-(2**63), 2**63)


class Fields:
    """The members of one mapping. `subject` is whose document it is, `path` where in it the mapping stands."""

    __slots__ = ("_document", "_path", "subject")

    def __init__(self, subject: str, document: Any, *, known: Sequence[str], path: str = "") -> None:
        self.subject, self._path = subject, path
        if not isinstance(document, Mapping):
            raise InvalidDefinition(subject, path or "the document", found_and_allowed(document, "a mapping"))
        self._document = document
        for name in document:
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

    def given(self, name: str, kind: type[_Kind], default: _Kind) -> _Kind:
        """The member, or `default` if it is missing."""
        return self.required(name, kind) if name in self._document else default

    def optional(self, name: str, kind: type[_Kind]) -> _Kind | None:
        """The member; None if it is missing or null."""
        return None if self._document.get(name) is None else self.required(name, kind)

    def check_value(self, name: str, value: Any) -> None:
        """Refuse what has no place in JSON: lone surrogates, NaN and infinities, whole numbers beyond 64 bits."""
        if isinstance(value, str) and not value.isascii() and value.encode(errors="replace").decode() != value:
            raise self.refusal(name, "it holds a lone surrogate, which is no character")
        if isinstance(value, int) and value not in _INT64:
            raise self.refusal(name, "it does not fit into 64 bits")
        if isinstance(value, float) and not isfinite(value):
            raise self.refusal(name, f"found {value}, allowed: finite numbers")

    @contextmanager
    def placed(self, name: str = "") -> Iterator[None]:
        """Give what a part refuses the part's place in the document; no name for this mapping itself."""
        path = self.path_of(name) if name else self._path
        try:
            yield
        except InvalidDefinition as error:
            field = f"{path}.{error.field}" if path else error.field
            raise InvalidDefinition(self.subject, field, error.rule) from error
        except InvalidUnit as error:
            raise InvalidDefinition(self.subject, path, error.rule) from error


def subject_of(kind: str, document: Any) -> str:
    """How messages call a document before its key is known to be one."""
    key = document.get("key") if isinstance(document, Mapping) else None
    return f"{kind} {key!r}" if type(key) is str else kind
