"""The attributes of one request: typed, and handed to the condition language when a condition first asks."""

from collections.abc import Mapping
from typing import Any

from sluice.experiments.attributes import AttributeFilter
from sluice.experiments.conditions import Condition, ConditionLanguage


class Facts:
    """One activation, shared by all conditions of the request; each condition is asked once."""

    __slots__ = ("_answers", "_facts", "_filter", "_given", "_language")

    def __init__(self, given: Mapping[str, Any], attributes: AttributeFilter, language: ConditionLanguage) -> None:
        self._given, self._filter, self._language = given, attributes, language
        self._facts: Any = None
        self._answers: dict[Condition, bool | None] = {}

    def satisfy(self, condition: Condition) -> bool | None:
        """Whether the condition holds; None if that depends on an attribute that is missing."""
        answers = self._answers
        if condition not in answers:
            answers[condition] = condition.holds(self.get())
        return answers[condition]

    def get(self) -> Any:
        """What `Condition.holds` takes."""
        if self._facts is None:
            self._facts = self._language.facts(self._filter.fitting(self._given))
        return self._facts
