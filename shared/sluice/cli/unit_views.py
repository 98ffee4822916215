"""What is stored of a unit, as a document and as tables."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sluice.cli.definition_views import shown_instant
from sluice.cli.forced_variant import override_document
from sluice.cli.output import print_plain, table
from sluice.cli.weights import percent
from sluice.experiments.unit_state import StoredAssignment, UnitState

if TYPE_CHECKING:
    from rich.console import Console


def unit_document(unit_type: str, unit_id: str, state: UnitState) -> dict[str, Any]:
    """Assignments and overrides, each by key."""
    return {
        "unit_type": unit_type,
        "unit_id": unit_id,
        "assignments": [_assignment(it) for _, it in sorted(state.assignments.items())],
        "overrides": [override_document(it) for _, it in sorted(state.overrides.items())],
    }


def render_unit(document: Mapping[str, Any], console: "Console") -> None:
    """One line per assignment, one per override."""
    if not document["assignments"] and not document["overrides"]:
        print_plain(f"Nothing is stored of {document['unit_type']} {document['unit_id']}.", console)
    if document["assignments"]:
        columns = ["Experiment", "Keeps", "Share then", "Since", "Until", "Draw", "Slot", ""]
        console.print(table(columns, map(_assignment_cells, document["assignments"])))
    if document["overrides"]:
        rows = (
            (it["subject"], it["variant"], shown_instant(it["expires_at"]), it["by"], it["why"])
            for it in document["overrides"]
        )
        console.print(table(["Subject", "Forced", "Until", "By", "Why"], rows))


def render_merger(document: Mapping[str, Any], console: "Console") -> None:
    """One line per experiment of the anonymous unit."""
    rows = [(key, "kept or taken over") for key in document["agreeing"]]
    rows += [(key, "crossed over: it had two variants and counts for neither") for key in document["crossed_over"]]
    print_plain(
        f"{document['unit_type']} {document['anonymous_id']} is {document['known_id']}: "
        f"{len(rows)} assignments looked at",
        console,
    )
    if rows:
        console.print(table(["Experiment", "What became of it"], rows))


def _assignment(it: StoredAssignment) -> dict[str, Any]:
    return asdict(it) | {"assigned_at": it.assigned_at.isoformat(), "expires_at": it.expires_at.isoformat()}


def _assignment_cells(it: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        it["experiment"],
        it["variant"],
        f"{percent(it['propensity_bps'])} (allocation {it['allocation_version']})",
        shown_instant(it["assigned_at"]),
        shown_instant(it["expires_at"]),
        it["namespace_draw"],
        it["slot"],
        "crossed over" if it["crossed_over"] else "",
    )
