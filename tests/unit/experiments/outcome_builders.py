"""Outcomes to test with, and what intake adds to an item."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sluice.experiments.outcome import Outcome, PredictionSubject
from sluice.experiments.outcome_request import Reception
from sluice.experiments.unit import unit_key_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PREDICTION_ID = "0123456789abcdef" * 2
SECRET = b"s" * 32


def unit_key(unit_type: str, unit_id: str) -> str:
    return unit_key_of(SECRET, unit_type, unit_id)


def a_reception() -> Reception:
    """At NOON; new keys are new-0, new-1…"""
    return Reception(NOON, unit_key, map("new-{}".format, count()).__next__)


def an_item(**changes: Any) -> dict[str, Any]:
    """A prediction's outcome as a client sends it; a change to None leaves the member out."""
    item = {"prediction_id": PREDICTION_ID, "metric": "conversion", "value": 1} | changes
    return {name: value for name, value in item.items() if value is not None}


def an_outcome(key: str = "key", *, value: float = 1.0, minutes_ago: float = 0) -> Outcome:
    event_at = NOON - timedelta(minutes=minutes_ago)
    return Outcome(PredictionSubject(PREDICTION_ID), "conversion", value, event_at, NOON, key)
