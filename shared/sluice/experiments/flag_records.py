"""What evaluating flags leaves behind: one JSON object per line.

An exposure, one per unit, variant and revision, and again after an hour:

| member | meaning |
|---|---|
| record, schema | "flag_exposure", 1 |
| at | when: ISO 8601, UTC |
| flag, flag_revision, variant | what the unit got |
| reason | why (`FlagReason`); only RULE_SPLIT and DEFAULT_SPLIT are chance |
| rule | index of the rule that held, where one did |
| slot, weight_bps | the unit's slot of the flag's draw and the share that owns it, where the flag splits |
| unit_type, unit_key | the unit, by its keyed hash |
| asked | "flag" for it alone, "flags" for all: a client that fetches all may never look at this one |
| fallback | what could not be read (`Fallback`), where something could not |
| snapshot, snapshot_digest | the definitions |

A fallback, one per request that met one: record "flag_fallback", schema, at, fallback, and why.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sluice.experiments.flag_decision import FlagDecision
from sluice.experiments.flag_snapshot import FlagSnapshot

SCHEMA = 1


class Fallback(StrEnum):
    """What could not be read: the answer stands, and may be behind."""

    DEFINITIONS = "DEFINITIONS"
    OVERRIDES = "OVERRIDES"


class Asked(StrEnum):
    """How many flags the client asked for."""

    FLAG = "flag"
    FLAGS = "flags"


@dataclass(frozen=True, slots=True)
class ExposedUnit:
    """Who was exposed, and by what request; `fallback` is empty if all could be read."""

    unit_type: str
    unit_key: str
    asked: Asked
    fallback: str


def flag_exposure(decision: FlagDecision, unit: ExposedUnit, snapshot: FlagSnapshot, at: datetime) -> dict[str, Any]:
    """The record of a decision that gave a variant."""
    members = {
        "record": "flag_exposure",
        "schema": SCHEMA,
        "at": at.isoformat(),
        "flag": decision.flag.key,
        "flag_revision": decision.flag.revision,
        "variant": decision.variant,
        "reason": decision.reason,
        "rule": decision.rule,
        "slot": decision.slot,
        "weight_bps": decision.weight_bps,
        "unit_type": unit.unit_type,
        "unit_key": unit.unit_key,
        "asked": unit.asked,
        "fallback": unit.fallback or None,
        "snapshot": snapshot.number,
        "snapshot_digest": snapshot.digest,
    }
    return {name: value for name, value in members.items() if value is not None}


def flag_fallback(fallback: Fallback, why: str, at: datetime) -> dict[str, Any]:
    """The record of an answer that may be behind."""
    return {"record": "flag_fallback", "schema": SCHEMA, "at": at.isoformat(), "fallback": fallback, "why": why}
