"""What was to be reached, and whether it was, in this run on this machine."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure must not be over `limit`. `beside` says what it was measured beside; both are of the same run."""

    figure: str
    measured: float
    limit: float
    unit: str
    beside: str = ""

    @property
    def is_met(self) -> bool:
        """Whether it is at most the limit."""
        return self.measured <= self.limit


@dataclass(frozen=True, slots=True)
class Result:
    """A table, and the goals that its figures are held against."""

    table: Table
    goals: tuple[Goal, ...] = ()


def goals_table(goals: Iterable[Goal]) -> Table:
    """All goals, met or missed."""
    table = Table("figure", "measured", "goal", "", "beside, in this run")
    for goal in goals:
        verdict = "met" if goal.is_met else "missed"
        table.add_row(goal.figure, _shown(goal.measured, goal), f"≤ {_shown(goal.limit, goal)}", verdict, goal.beside)
    return table


def _shown(value: float, goal: Goal) -> str:
    return f"{value:.3g} {goal.unit}".rstrip()
