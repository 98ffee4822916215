"""An item becomes an outcome, or is refused by the name of the member that breaks a rule."""

import json
import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.errors import InvalidOutcome, InvalidUnit
from sluice.experiments.outcome import Outcome, PredictionSubject, UnitSubject
from sluice.experiments.outcome_document import outcome_from_bytes, outcome_to_bytes
from sluice.experiments.outcome_request import outcome_from_item
from tests.unit.experiments.outcome_builders import NOON, PREDICTION_ID, a_reception, an_item, unit_key

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=20), inner, max_size=3),
    max_leaves=5,
)
MEMBERS = ("prediction_id", "unit", "unit_type", "metric", "value", "event_at", "idempotency_key")


def parse(header_key: str | None = None, **changes: Any) -> Outcome:
    return outcome_from_item(an_item(**changes), a_reception(), header_key=header_key)


def refused_field(item: Any, header_key: str | None = None) -> str:
    with pytest.raises((InvalidOutcome, InvalidUnit)) as caught:
        outcome_from_item(item, a_reception(), header_key=header_key)
    error = caught.value
    assert isinstance(error, InvalidOutcome | InvalidUnit)
    assert str(error) == f"{error.field}: {error.rule}"
    return error.field


def test_a_prediction_is_named_by_its_id() -> None:
    outcome = parse(value=2.5, event_at="2026-02-28T23:00:00+01:00", idempotency_key="k")

    at = datetime(2026, 2, 28, 22, tzinfo=UTC)
    assert outcome == Outcome(PredictionSubject(PREDICTION_ID), "conversion", 2.5, at, NOON, "k")


@pytest.mark.parametrize(
    ("members", "unit_type", "unit_id"),
    [({"unit": "jane"}, "user", "jane"), ({"unit": 987654321, "unit_type": "device"}, "device", "987654321")],
)
def test_a_unit_is_known_by_its_key_alone(members: dict[str, Any], unit_type: str, unit_id: str) -> None:
    outcome = parse(prediction_id=None, **members)

    assert outcome.subject == UnitSubject(unit_type, unit_key(unit_type, unit_id))
    assert unit_id.encode() not in outcome_to_bytes(outcome)


def test_without_an_event_time_it_happened_when_it_was_received() -> None:
    assert parse().event_at == parse().received_at == NOON


@pytest.mark.parametrize("event_at", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2026-03-01T12:05:00Z"])
def test_the_past_has_no_end_and_a_sender_may_be_five_minutes_ahead(event_at: str) -> None:
    assert parse(event_at=event_at).event_at == datetime.fromisoformat(event_at)


@pytest.mark.parametrize(
    ("field", "item"),
    [
        ("outcome", None),
        ("outcome", [an_item()]),
        ("event_time", an_item(event_time="2026-03-01T12:00:00Z")),
        ("prediction_id", an_item(prediction_id=None)),
        ("prediction_id", an_item(unit="u")),
        ("prediction_id", an_item(prediction_id=PREDICTION_ID.upper())),
        ("prediction_id", an_item(prediction_id=PREDICTION_ID + "\n")),
        ("prediction_id", an_item(prediction_id=7)),
        ("prediction_id", an_item() | {"prediction_id": None}),
        ("unit_type", an_item(unit_type="user")),
        ("unit_type", an_item(prediction_id=None, unit="u", unit_type="User")),
        ("unit", an_item(prediction_id=None, unit="")),
        ("unit", an_item(prediction_id=None, unit="u" * 257)),
        ("unit", an_item(prediction_id=None, unit="a\nb")),
        ("unit", an_item(prediction_id=None, unit=True)),
        ("unit", an_item(prediction_id=None, unit=1.0)),
        ("metric", an_item(metric=None)),
        ("metric", an_item(metric="")),
        ("metric", an_item(metric="Conversion")),
        ("metric", an_item(metric=["conversion"])),
        ("value", an_item(value=None)),
        ("value", an_item(value=True)),
        ("value", an_item(value="1")),
        ("value", an_item(value=math.nan)),
        ("value", an_item(value=-math.inf)),
        ("value", an_item(value=10**400)),
        ("event_at", an_item() | {"event_at": None}),
        ("event_at", an_item(event_at=1_772_366_400)),
        ("event_at", an_item(event_at="2026-03-01T12:00:00")),
        ("event_at", an_item(event_at="2026-03-01")),
        ("event_at", an_item(event_at="2026-02-30T12:00:00Z")),
        ("event_at", an_item(event_at="2026-03-01T12:00:00\u0660Z")),
        ("event_at", an_item(event_at="0001-01-01T00:00:00+14:00")),
        ("event_at", an_item(event_at="2026-03-01T12:05:00.000001Z")),
        ("event_at", an_item(event_at="9999-12-31T23:59:59-14:00")),
        ("idempotency_key", an_item(idempotency_key="")),
        ("idempotency_key", an_item(idempotency_key="k" * 129)),
        ("idempotency_key", an_item(idempotency_key="clé")),
        ("idempotency_key", an_item(idempotency_key=7)),
        ("idempotency_key", an_item() | {"idempotency_key": None}),
    ],
)
def test_what_breaks_a_rule_is_named(field: str, item: Any) -> None:
    assert refused_field(item) == field


def test_no_refusal_tells_the_id_of_a_unit() -> None:
    with pytest.raises(InvalidUnit) as caught:
        parse(prediction_id=None, unit="jane@example.com\n")

    assert "jane" not in str(caught.value)


def test_a_header_is_as_good_as_a_member_and_both_must_agree() -> None:
    assert parse("k").idempotency_key == parse(idempotency_key="k").idempotency_key == "k"
    assert parse("k", idempotency_key="k").idempotency_key == "k"
    assert refused_field(an_item(idempotency_key="other"), "k") == "idempotency_key"
    assert refused_field(an_item(), "") == "idempotency_key"
    assert refused_field(an_item() | {"idempotency_key": None}, "k") == "idempotency_key"


def test_the_same_said_twice_has_one_key_when_it_says_when_it_happened() -> None:
    first = parse(value=1, event_at="2026-03-01T10:00:00Z")
    again = parse(value=1.0, event_at="2026-03-01T11:00:00.000+01:00")

    assert first.idempotency_key == again.idempotency_key
    assert len(first.idempotency_key) == 64


@pytest.mark.parametrize(
    "changes",
    [
        {"value": 2},
        {"metric": "revenue"},
        {"event_at": "2026-03-01T10:00:00.000001Z"},
        {"prediction_id": "f" * 32},
        {"prediction_id": None, "unit": "u"},
    ],
)
def test_whatever_differs_in_content_differs_in_key(changes: dict[str, Any]) -> None:
    said = {"event_at": "2026-03-01T10:00:00Z"}

    assert parse(**said).idempotency_key != parse(**said | changes).idempotency_key


def test_without_a_key_and_an_event_time_every_outcome_is_a_new_one() -> None:
    reception = a_reception()

    keys = [outcome_from_item(an_item(), reception).idempotency_key for _ in range(2)]

    assert keys == ["new-0", "new-1"]


def test_the_key_that_content_gives_never_changes() -> None:
    found = parse(prediction_id=None, unit="u-1", value=2.5, event_at="2026-02-28T23:00:00+01:00").idempotency_key

    assert found == "9adfe16edf52e568140f505e1a284ff47cbaf04a8a1314d7bbd67f7231f04972"


@given(
    value=st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53),
    age=st.timedeltas(timedelta(minutes=-5), timedelta(days=700_000)),
    offset_minutes=st.integers(-14 * 60, 14 * 60),
    unit=st.integers() | st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=256),
    key=st.none() | st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=128),
)
def test_what_is_valid_is_kept_exactly(
    value: float, age: timedelta, offset_minutes: int, unit: str | int, key: str | None
) -> None:
    at = NOON - age
    local = at.astimezone(timezone(timedelta(minutes=offset_minutes)))
    outcome = parse(prediction_id=None, unit=unit, value=value, event_at=local.isoformat(), idempotency_key=key)

    assert (outcome.value, outcome.event_at) == (float(value), at)
    assert key in (None, outcome.idempotency_key)
    assert outcome.subject == UnitSubject("user", unit_key("user", str(unit)))
    assert outcome_from_bytes(outcome_to_bytes(outcome)) == outcome


def refusal_or_outcome(item: Any, header_key: str | None = None) -> InvalidOutcome | InvalidUnit | Outcome:
    try:
        return outcome_from_item(item, a_reception(), header_key=header_key)
    except (InvalidOutcome, InvalidUnit) as error:
        return error


@given(st.dictionaries(st.sampled_from(MEMBERS) | st.text(max_size=20), JSON_VALUES, max_size=7), st.none() | st.text())
def test_whatever_is_sent_is_an_outcome_or_refused_by_name(item: dict[str, Any], header_key: str | None) -> None:
    found = refusal_or_outcome(item, header_key)

    if isinstance(found, Outcome):
        assert outcome_from_bytes(outcome_to_bytes(found)) == found
    else:
        assert found.field or "" in item
        assert json.dumps({"field": found.field, "error": found.rule}).isascii()


@given(st.sampled_from(MEMBERS), JSON_VALUES)
def test_one_strange_member_is_the_one_that_is_named(name: str, value: Any) -> None:
    item = an_item(event_at="2026-03-01T10:00:00Z", idempotency_key="k")
    if name in ("unit", "unit_type"):
        item = {**{key: it for key, it in item.items() if key != "prediction_id"}, "unit": "u"}

    found = refusal_or_outcome(item | {name: value})

    assert isinstance(found, Outcome) or found.field == name
