"""A rollout's plan as tables."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sluice.cli.definition_views import render_facts
from sluice.cli.durations import shown_duration
from sluice.cli.output import table
from sluice.cli.weights import percent

if TYPE_CHECKING:
    from rich.console import Console

_STEPS = ("Step", "Traffic", "Bakes", "Waits at most", "Requests of each side")
_GUARDRAILS = ("Guardrail", "Kind", "Of", "Ratio at most", "Absolute", "Alpha", "Requests")


def render_plan(document: Mapping[str, Any], console: "Console") -> None:
    """Steps, guardrails and gates."""
    bakes = [each["bake_seconds"] for each in document["steps"]]
    facts = {
        "plan": document["name"],
        "takes": f"{shown_duration(sum(bakes) + document['final_bake_seconds'])} at least",
        "last_bake": shown_duration(document["final_bake_seconds"]),
        "at_the_limit": document["at_the_limit"].replace("_", " "),
        "gates": ", ".join(map(_gate, document["gates"])),
    }
    render_facts(facts, console)
    console.print(table(_STEPS, (_step(at, each) for at, each in enumerate(document["steps"], 1))))
    console.print(table(_GUARDRAILS, map(_guardrail, document["guardrails"])))


def _step(position: int, step: Mapping[str, Any]) -> Sequence[Any]:
    bake, limit = shown_duration(step["bake_seconds"]), shown_duration(step["wait_limit_seconds"])
    return position, percent(step["weight_bps"]), bake, limit, step["minimum_requests"]


def _guardrail(guardrail: Mapping[str, Any]) -> Sequence[Any]:
    of = guardrail["metric"] or (guardrail["quantile_bps"] / 100 if guardrail["kind"] in ("slow", "cold") else None)
    bounds = guardrail["ratio_bound"], guardrail["absolute"]
    return guardrail["key"], guardrail["kind"], of, *bounds, guardrail["alpha"], guardrail["minimum_requests"]


def _gate(gate: Mapping[str, Any]) -> str:
    what = {"approval": f"{gate['approvals']} approvals", "hook": gate["hook"]}.get(
        gate["kind"], "comparison of copies"
    )
    return f"{what} before step {gate['before_step'] + 1}"
