"""What the tables of experiments, namespaces and flags have in common."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import typer

from sluice.cli.output import show, table

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, slots=True)
class Form:
    """How one definition is to be shown. Raises typer.BadParameter for a file that is wanted as something else too."""

    as_json: bool
    as_yaml: bool
    with_history: bool

    def __post_init__(self) -> None:
        if self.as_yaml and (self.as_json or self.with_history):
            raise typer.BadParameter("--yaml goes with neither --json nor --history")

    def show(self, document: Mapping[str, Any], render: Callable[[Mapping[str, Any], "Console"], None]) -> None:
        """Print it so; the history, if there is one, after what `render` shows."""
        if self.as_yaml:
            from sluice.catalog.yaml_writing import to_yaml

            sys.stdout.write(to_yaml(document["definition"]))
        else:
            show(document, as_json=self.as_json, render=partial(_render, document, render))


def _render(
    document: Mapping[str, Any], render: Callable[[Mapping[str, Any], "Console"], None], console: "Console"
) -> None:
    render(document, console)
    if "history" in document:
        render_history(document["history"], console)


def render_facts(facts: Mapping[str, Any], console: "Console") -> None:
    """One line per fact; what is empty is left out."""
    console.print(facts_table(facts))


def facts_table(facts: Mapping[str, Any]) -> Any:
    """The same as a table."""
    rows = ((name.replace("_", " "), value) for name, value in facts.items() if value not in (None, "", [], {}))
    return table(["", ""], rows)


def render_history(documents: Sequence[Mapping[str, Any]], console: "Console") -> None:
    """One line per revision."""
    rows = ((each["revision"], *_change(each["changed"])) for each in documents)
    console.print(table(["Revision", "Move", "At", "By", "Why"], rows))


def last_change(document: Mapping[str, Any]) -> str:
    """Who made the revision, when, by which move, and why."""
    move, at, by, why = _change(document["changed"])
    return f"{move} at {at} by {by}: {why}"


def shown_ranges(ranges: Iterable[Sequence[int]]) -> str:
    """Ranges of slots: `0-499999`."""
    return ", ".join(f"{first}-{end - 1}" for first, end in ranges)


def shown_members(members: Mapping[str, Any]) -> str:
    """`country: string, age: int`."""
    return ", ".join(f"{name}: {value}" for name, value in members.items())


def shown_instant(instant: str) -> str:
    """An instant in UTC, to the second."""
    return instant[:19].replace("T", " ") + "Z"


def _change(changed: Mapping[str, Any]) -> tuple[str, str, str, str]:
    return changed["move"], shown_instant(changed["at"]), changed["by"], changed["why"]
