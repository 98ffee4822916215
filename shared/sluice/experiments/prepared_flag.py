"""A flag prepared for evaluation; a condition is compiled when a request first needs it."""

from sluice.experiments.conditions import Condition, ConditionLanguage
from sluice.experiments.flag import Flag
from sluice.experiments.slots import Draw, flag_salt


class PreparedFlag:
    """A flag, its draw and its conditions."""

    __slots__ = ("_conditions", "_language", "draw", "flag")

    def __init__(self, flag: Flag, language: ConditionLanguage) -> None:
        self.flag = flag
        self.draw = Draw(flag_salt(flag.key, flag.draw_seed), flag.unit_type)
        self._language = language
        self._conditions: dict[int, Condition] = {}

    def condition(self, rule: int) -> Condition:
        """The compiled condition of a rule. Raises ValueError where the language refuses it."""
        condition = self._conditions.get(rule)
        if condition is None:
            condition = self._conditions[rule] = self._language.compile(self.flag.rules[rule].when)
        return condition
