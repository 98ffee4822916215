"""Namespaces as tables: who has which of the slots."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sluice.catalog.yaml_writing import to_yaml
from sluice.cli.definition_views import last_change, render_facts, shown_instant
from sluice.cli.output import print_plain, table
from sluice.cli.weights import percent
from sluice.experiments.slots import SLOT_COUNT

if TYPE_CHECKING:
    from rich.console import Console

_COLUMNS = ("Namespace", "Units", "Free", "Experiments", "Resting", "Holdout", "Precedence", "Revision", "Description")

Slots = Sequence[Sequence[int]]


def render_namespaces(documents: Iterable[Mapping[str, Any]], console: "Console") -> None:
    """One line per namespace."""
    console.print(table(_COLUMNS, map(_cells, documents)))


def render_namespace(document: Mapping[str, Any], console: "Console") -> None:
    """The definition, and every range of slots with who has it."""
    written = document["definition"]
    facts = {**written, "holdout_bps": None, "holdout": percent(written["holdout_bps"])}
    render_facts({**facts, "revision": document["revision"], "last_change": last_change(document)}, console)
    console.print(table(["First", "Last", "Share", "Whose"], sorted(_ranges(document))))


def render_proposal(document: Mapping[str, Any], console: "Console") -> None:
    """The member of an experiment's file."""
    print_plain(to_yaml({"slots": document["slots"]}).rstrip(), console)


def _cells(document: Mapping[str, Any]) -> Sequence[Any]:
    written = document["definition"]
    return (
        written["key"],
        written["unit_type"],
        _share(document["free"]),
        ", ".join(f"{it['experiment']} {_share(it['slots'])}" for it in document["owned"]),
        ", ".join(f"{_share(it['slots'])} until {it['until'][:10]}" for it in document["resting"]),
        percent(written["holdout_bps"]),
        written["precedence"],
        document["revision"],
        written["description"],
    )


def _ranges(document: Mapping[str, Any]) -> Iterator[tuple[int, int, str, str]]:
    yield from _rows(document["free"], "free")
    for it in document["owned"]:
        yield from _rows(it["slots"], f"experiment {it['experiment']}")
    for it in document["resting"]:
        yield from _rows(it["slots"], f"at rest after {it['experiment']} until {shown_instant(it['until'])}")


def _rows(slots: Slots, whose: str) -> Iterator[tuple[int, int, str, str]]:
    for each in slots:
        first, end = each
        yield first, end - 1, _share([each]), whose


def _share(slots: Slots) -> str:
    taken = sum(end - first for first, end in slots)
    return f"{taken * 100 / SLOT_COUNT:.4g} %"
