"""Rollouts as tables and as stories."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sluice.cli.definition_views import facts_table, shown_instant
from sluice.cli.durations import shown_duration
from sluice.cli.output import print_plain, table
from sluice.cli.verdict_views import verdict_table
from sluice.cli.weights import percent

if TYPE_CHECKING:
    from rich.console import Console

Document = Mapping[str, Any]

_COLUMNS = ("Model", "Rollout", "Phase", "Step", "Candidate", "Traffic", "Plan", "Started", "By")


def render_rollouts(documents: Iterable[Document], console: "Console") -> None:
    """One line per rollout."""
    console.print(table(_COLUMNS, map(_cells, documents)))


def render_rollout(document: Document, console: "Console") -> None:
    """Where one stands: facts, and what the judge says now."""
    console.print(picture_of(document))


def picture_of(document: Document) -> Any:
    """The same, as one thing that rich can show."""
    from rich.console import Group

    facts = facts_table({**facts_of(document), "problem": document.get("problem")})
    return Group(facts, *([verdict_table(document["verdicts"])] if document.get("verdicts") else []))


def facts_of(document: Document) -> dict[str, Any]:
    """What a person wants to know of a rollout, in words."""
    started, left = document["started"], document["seconds_left"]
    return {
        "model": document["model"],
        "rollout": f"{document['rollout_id']}, by plan {document['plan']}",
        "phase": _phase(document),
        "step": _step(document),
        "candidate": f"{_side(document['candidate'])}: {percent(document['weight_bps'])} of the traffic",
        "stable": _side(document["stable"]),
        "time_left": None if left is None else f"{shown_duration(left)} at least",
        "started": f"{shown_instant(started['at'])} by {started['by']}: {started['why']}",
        "closed": document["closed_at"] and f"{shown_instant(document['closed_at'])}: {document['closing_reason']}",
    }


def render_story(document: Document, console: "Console") -> None:
    """Every record of the ledger in words, with what the judge said."""
    for chapter in document["story"]:
        print_plain(f"{chapter['seq']:>5}  {shown_instant(chapter['at'])}  {chapter['headline']}", console)
        for reason in chapter["reasons"]:
            print_plain(f"{'':28}{reason}", console)
        if chapter["judgements"]:
            console.print(verdict_table(chapter["judgements"]))


def _cells(document: Document) -> Sequence[Any]:
    return (
        document["model"],
        document["rollout_id"],
        _phase(document),
        _step(document),
        _side(document["candidate"]),
        percent(document["weight_bps"]),
        document["plan"],
        shown_instant(document["started"]["at"]),
        document["started"]["by"],
    )


def _phase(document: Document) -> str:
    phase = document["phase"].lower().replace("_", " ")
    states = ("paused", document["is_paused"]), ("waits for a person", document["is_asking"])
    wish = f"asked to {document['wish'].replace('_', ' ')}" if document["wish"] else ""
    return ", ".join(filter(None, (phase, *(name for name, holds in states if holds), wish)))


def _step(document: Document) -> str:
    return f"{document['step'] + 1} of {document['step_count']}"


def _side(side: Document) -> str:
    return f"function version {side['function_version']} (release {side['release']})"
