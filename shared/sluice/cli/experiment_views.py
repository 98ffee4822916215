"""Experiments as tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sluice.cli.definition_views import last_change, render_facts, shown_members, shown_ranges
from sluice.cli.output import print_plain, table
from sluice.cli.weights import percent

if TYPE_CHECKING:
    from rich.console import Console

_COLUMNS = ("Experiment", "State", "Model", "Owner", "Namespace", "Coverage", "Variants", "Metric", "Revision")


def render_created(document: Mapping[str, Any], console: "Console") -> None:
    """The experiment, and what is left to do before it runs."""
    render_experiments([document], console)
    what, key = document["written"].capitalize(), document["definition"]["key"]
    is_draft = document["state"] == "draft"
    print_plain(f"{what}; it runs after: sluice experiment start {key} --why …" if is_draft else f"{what}.", console)


def render_validation(document: Mapping[str, Any], console: "Console") -> None:
    """One line per problem."""
    if document["is_valid"]:
        print_plain(f"experiment {document['experiment']!r} could start now", console)
    for problem in document["problems"]:
        print_plain(problem, console)


def render_experiments(documents: Iterable[Mapping[str, Any]], console: "Console") -> None:
    """One line per experiment."""
    console.print(table(_COLUMNS, map(_cells, documents)))


def render_experiment(document: Mapping[str, Any], console: "Console") -> None:
    """Everything: the definition, its variants, its life."""
    written = document["definition"]
    facts = {name: value for name, value in written.items() if name not in ("variants", "plan")}
    facts |= {
        "slots": shown_ranges(written["slots"]),
        "attributes": shown_members(written["attributes"]),
        "coverage_bps": None,
        "coverage": percent(written["coverage_bps"]),
        "sticky": "yes" if written["sticky"] else "no",
        **_plan(written["plan"]),
        "state": _state(document),
        "conclusion": _conclusion(document["conclusion"]),
        "allocation_version": document["allocation_version"],
        "revision": document["revision"],
        "last_change": last_change(document),
    }
    render_facts(facts, console)
    console.print(table(["Variant", "Share", "Model version", "Parameters"], map(_variant, written["variants"])))


def _cells(document: Mapping[str, Any]) -> Sequence[Any]:
    written = document["definition"]
    variants = ", ".join(f"{each['key']} {percent(each['weight_bps'])}" for each in written["variants"])
    return (
        written["key"],
        _state(document),
        written["model"],
        written["owner"],
        written["namespace"],
        percent(written["coverage_bps"]),
        variants,
        written["plan"]["primary_metric"],
        document["revision"],
    )


def _state(document: Mapping[str, Any]) -> str:
    is_stopped = document["is_stopped"] and document["state"] == "running"
    return "running, stopped" if is_stopped else str(document["state"])


def _variant(variant: Mapping[str, Any]) -> Sequence[Any]:
    version = variant.get("model_version", "release default")
    return variant["key"], percent(variant["weight_bps"]), version, shown_members(variant.get("parameters", {}))


def _plan(plan: Mapping[str, Any]) -> dict[str, Any]:
    return {**plan, "guardrails": ", ".join(plan["guardrails"])}


def _conclusion(conclusion: Mapping[str, Any] | None) -> str | None:
    return f"{conclusion['variant'] or 'no variant'}: {conclusion['why']}" if conclusion else None
