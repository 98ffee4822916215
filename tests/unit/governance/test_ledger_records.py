"""Every type of record as a document that can be chained."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from sluice.catalog.alias import AliasState
from sluice.governance.ledger import EMPTY, next_entry
from sluice.governance.record_document import to_document
from sluice.governance.records import (
    ApprovalGiven,
    Closed,
    DecisionTaken,
    Effect,
    ForeignChange,
    GateAnswered,
    IncidentOpened,
    Intent,
    Paused,
    QuarantineReleased,
    Record,
    RecordType,
    Resumed,
    RolloutStarted,
    Verdicts,
    WishMade,
)
from sluice.governance.weights import Weights, weights_from_document, weights_of
from tests.unit.governance.ledger_builders import NOON, effect, origin, weights

HALF = weights("1", "2", 5_000)
WHY: dict[str, Any] = {**origin(), "why": "asked for"}
NUMBERS = {"e_value": float("inf"), "ratio": float("nan"), "rate": 0.25, "requests": 2**60}
RECORDS: list[Record] = [
    RolloutStarted(
        **WHY,
        stable_version="1",
        candidate_version="2",
        stable_release=11,
        candidate_release=12,
        artefact_digest="ab" * 32,
        plan={"name": "low", "steps": [{"weight_bps": 500}]},
    ),
    Intent(**WHY, before=weights("1"), after=HALF),
    effect(HALF),
    ForeignChange(**origin(), expected=weights("1"), alias=HALF),
    Verdicts(**origin(), step=0, weight_bps=500, since=NOON, until=NOON, judgements=({"numbers": NUMBERS},)),
    DecisionTaken(**origin(), action="advance", weight_bps=500, reasons=("every guardrail passes",)),
    GateAnswered(**WHY, gate=0, kind="hook", is_passed=True),
    ApprovalGiven(**WHY, gate=0),
    WishMade(**WHY, wish="abort"),
    Paused(**WHY),
    Resumed(**WHY),
    IncidentOpened(
        **origin(),
        what="errors",
        evidence=NUMBERS,
        owner="tests",
        runbook="docs/runbook.md",
        began_at=NOON,
        detected_at=NOON,
        restored_at=None,
    ),
    Closed(**origin(), phase="ROLLED_BACK", reason="errors"),
    QuarantineReleased(**WHY, artefact_digest="ab" * 32),
]


def test_there_is_one_value_for_every_type() -> None:
    assert sorted(record.type for record in RECORDS) == sorted(RecordType)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.type)
def test_every_record_can_be_chained_and_says_who_when_and_where(record: Record) -> None:
    written = next_entry("credit", EMPTY, to_document(record)).record

    assert written["type"] == record.type.value
    assert written["ts"] == "2026-01-01T12:00:00Z"
    assert (written["model"], written["rollout_id"], written["actor"]) == ("credit", "r-1", "role/rollout-steps")
    assert "at" not in written


def test_what_an_effect_says() -> None:
    assert to_document(effect(HALF)) == {
        "type": "EFFECT",
        "ts": "2026-01-01T12:00:00Z",
        "model": "credit",
        "rollout_id": "r-1",
        "actor": "role/rollout-steps",
        "intent_seq": 1,
        "alias": {
            "stable_version": "1",
            "candidate_version": "2",
            "candidate_weight_bps": 5_000,
            "revision_id": "revision-1-5000",
            "releases": {"1": 11, "2": 12},
        },
    }


def test_numbers_that_json_does_not_know_travel_as_tagged_text() -> None:
    [document] = to_document(RECORDS[4])["judgements"]

    assert document["numbers"] == {
        "e_value": {"float": "inf"},
        "ratio": {"float": "nan"},
        "rate": 0.25,
        "requests": {"int": str(2**60)},
    }


def test_instants_are_written_in_utc_and_never_without_a_zone() -> None:
    in_delhi = datetime(2026, 1, 1, 17, 30, 0, 5, timezone(timedelta(hours=5, minutes=30)))
    assert to_document(Paused(**{**WHY, "at": in_delhi}))["ts"] == "2026-01-01T12:00:00.000005Z"

    with pytest.raises(ValueError, match="has no time zone"):
        to_document(Paused(**{**WHY, "at": NOON.replace(tzinfo=None)}))


def test_weights_come_back_as_they_were_written() -> None:
    assert weights_from_document(to_document(effect(HALF))["alias"]) == HALF


def test_of_an_alias_a_record_keeps_the_releases_of_its_own_versions() -> None:
    alias = AliasState("sluice-credit", "live", "1", "2", 100, "r")

    assert weights_of(alias, {"1": 11, "2": 12, "3": 13}) == Weights("1", "2", 100, "r", {"1": 11, "2": 12})


def test_an_effect_is_an_effect() -> None:
    assert (Effect.type, Record.__slots__) == (RecordType.EFFECT, ("model", "rollout_id", "actor", "at"))


def test_the_table_of_the_documentation_names_every_type_and_member() -> None:
    text = (Path(__file__).parents[3] / "docs" / "ledger.md").read_text()
    rows = [line.split("|") for line in text.partition("## Records")[2].splitlines() if line.startswith("| `")]
    told = {name: set(_names(row[3])) for row in rows[1:] for name in _names(row[1])}

    common = {"type", "ts", "model", "rollout_id", "actor"}
    assert told == {record.type.value: set(to_document(record)) - common for record in RECORDS}


def _names(cell: str) -> list[str]:
    return cell.split("`")[1::2]
