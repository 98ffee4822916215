"""Flags and evaluations as tables."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sluice.cli.definition_views import last_change, render_facts, shown_members
from sluice.cli.output import print_plain, table
from sluice.cli.weights import percent
from sluice.experiments.flag_context import FlagContext
from sluice.experiments.flag_decider import OFREP_REASONS
from sluice.experiments.flag_decision import FlagDecision

if TYPE_CHECKING:
    from rich.console import Console

_COLUMNS = ("Flag", "State", "Type", "Variants", "Rules", "Default", "Owner", "Revision", "Description")


def decision_document(decision: FlagDecision, context: FlagContext, *, snapshot_number: int) -> dict[str, Any]:
    """What one unit gets, and all that is needed to find out again why."""
    return {
        "flag": decision.flag.key,
        "unit_type": context.unit_type,
        "unit_id": context.unit_id,
        "attributes": dict(context.attributes),
        "variant": decision.variant,
        "value": decision.value,
        "reason": decision.reason.value,
        "ofrep_reason": OFREP_REASONS[decision.reason],
        "rule": decision.rule,
        "slot": decision.slot,
        "weight_bps": decision.weight_bps,
        "prerequisite": decision.prerequisite,
        "undecided_rules": decision.undecided_rules,
        "flag_revision": decision.flag.revision,
        "snapshot_number": snapshot_number,
    }


def render_decision(document: Mapping[str, Any], console: "Console") -> None:
    """The value, and why."""
    names = ("flag", "variant", "reason", "rule", "slot", "prerequisite", "undecided_rules", "flag_revision")
    facts = {name: document[name] for name in names}
    value = "none: the client's own default" if document["variant"] is None else json.dumps(document["value"])
    render_facts({**facts, "value": value}, console)


def render_validation(document: Mapping[str, Any], console: "Console") -> None:
    """What defining it would do."""
    print_plain(f"flag {document['flag']!r} could be defined now; it would be {document['would_be']}", console)


def render_flags(documents: Iterable[Mapping[str, Any]], console: "Console") -> None:
    """One line per flag."""
    console.print(table(_COLUMNS, map(_cells, documents)))


def render_flag(document: Mapping[str, Any], console: "Console") -> None:
    """Everything: the definition, its variants, its rules, its life."""
    written = document["definition"]
    left_out = ("variants", "rules", "default", "attributes", "prerequisites", "exposures")
    facts = {name: value for name, value in written.items() if name not in left_out}
    facts |= {
        "attributes": shown_members(written["attributes"]),
        "prerequisites": shown_members({key: " or ".join(them) for key, them in written["prerequisites"].items()}),
        "exposures": "recorded" if written["exposures"] else "not recorded",
        "state": _state(document),
        "revision": document["revision"],
        "last_change": last_change(document),
    }
    render_facts(facts, console)
    console.print(table(["Variant", "Value"], ((key, json.dumps(it)) for key, it in written["variants"].items())))
    rows = [(at, rule["when"], _serving(rule)) for at, rule in enumerate(written["rules"])]
    console.print(table(["Rule", "When", "Serves"], [*rows, ("", "no rule holds", _serving(written["default"]))]))


def _cells(document: Mapping[str, Any]) -> Sequence[Any]:
    written = document["definition"]
    return (
        written["key"],
        _state(document),
        written["type"],
        ", ".join(written["variants"]),
        len(written["rules"]),
        _serving(written["default"]),
        written["owner"],
        document["revision"],
        written["description"],
    )


def _state(document: Mapping[str, Any]) -> str:
    if document["is_archived"]:
        return "archived"
    return "on" if document["enabled"] else "off"


def _serving(part: Mapping[str, Any]) -> str:
    if "split" in part:
        return ", ".join(f"{each['variant']} {percent(each['weight_bps'])}" for each in part["split"])
    return str(part["variant"])
