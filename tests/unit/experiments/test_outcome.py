"""A built outcome is valid, and its document comes back whole or not at all."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import orjson
import pytest

from sluice.errors import InvalidOutcome, MalformedBody
from sluice.experiments.outcome import Outcome, UnitSubject
from sluice.experiments.outcome_document import outcome_from_bytes, outcome_to_bytes
from tests.unit.experiments.outcome_builders import NOON, an_outcome


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("value", {"value": float("nan")}),
        ("value", {"value": 1}),
        ("event_at", {"event_at": datetime(2026, 3, 1)}),  # noqa: DTZ001 - it has no zone, which is the point
        ("event_at", {"event_at": NOON.astimezone(timezone(timedelta(hours=1)))}),
        ("event_at", {"event_at": NOON + timedelta(minutes=5, microseconds=1)}),
        ("received_at", {"received_at": datetime(2026, 3, 1)}),  # noqa: DTZ001
        ("metric", {"metric": "a..b"}),
        ("idempotency_key", {"idempotency_key": "tab\t"}),
    ],
)
def test_an_invalid_outcome_cannot_be_built(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidOutcome) as caught:
        replace(an_outcome(), **changes)

    assert caught.value.field == field


def test_a_unit_is_never_a_raw_id() -> None:
    with pytest.raises(InvalidOutcome, match="unit_key"):
        UnitSubject("user", "jane@example.com")


@pytest.mark.parametrize("key", [" ~", "k" * 128])
def test_a_document_comes_back_whole(key: str) -> None:
    outcome = an_outcome(key, value=-1e-300, minutes_ago=0.5)

    assert outcome_from_bytes(outcome_to_bytes(outcome)) == outcome


def test_the_document_is_what_its_readers_were_told() -> None:
    document = orjson.loads(outcome_to_bytes(an_outcome("k", value=2.5, minutes_ago=60)))

    assert document == {
        "prediction_id": "0123456789abcdef0123456789abcdef",
        "metric": "conversion",
        "value": 2.5,
        "event_at": "2026-03-01T11:00:00+00:00",
        "received_at": "2026-03-01T12:00:00+00:00",
        "idempotency_key": "k",
    }


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"7", b"{}", b'{"prediction_id":"x"}', b"\xff"])
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedBody, match="not the document of an outcome"):
        outcome_from_bytes(content)


@pytest.mark.parametrize("member", ["metric", "value", "event_at", "received_at", "idempotency_key", "prediction_id"])
def test_a_document_without_one_of_its_members_is_refused(member: str) -> None:
    document = orjson.loads(outcome_to_bytes(an_outcome()))
    del document[member]

    with pytest.raises(MalformedBody):
        outcome_from_bytes(orjson.dumps(document))


def test_outcomes_are_values() -> None:
    assert an_outcome() == an_outcome()
    assert len({an_outcome(), an_outcome()}) == 1
    assert isinstance(an_outcome(), Outcome)
