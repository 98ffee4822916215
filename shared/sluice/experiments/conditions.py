"""What the core asks of a condition language; the adapter for CEL is `adapters/cel_conditions.py`."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sluice.experiments.attributes import AttributeSchema


class Condition(Protocol):
    """A compiled condition over the attributes of one schema."""

    def holds(self, facts: Any) -> bool | None:
        """Whether it holds; None if that depends on an attribute that is missing. Never raises."""
        ...


class ConditionLanguage(Protocol):
    """The language over one schema. Facts are made once per request and shared by all its conditions."""

    def compile(self, text: str) -> Condition:
        """The condition; the same text gives the same one. Raises ValueError: what is wrong, and where in the text."""
        ...

    def facts(self, attributes: Mapping[str, Any]) -> Any:
        """The attributes of one request, each of the schema's type; what is missing stays missing."""
        ...


LanguageOver = Callable[[AttributeSchema], ConditionLanguage]
"""Makes the language for a schema."""
