"""One outcome as a client sends it. Every refusal names the member that breaks a rule."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sluice.errors import InvalidOutcome
from sluice.experiments.outcome import Outcome, PredictionSubject, Subject, UnitSubject
from sluice.experiments.outcome_document import content_key
from sluice.experiments.unit import DEFAULT_UNIT_TYPE, checked_unit_id, checked_unit_type

KEY_HEADER = "Idempotency-Key"

_MEMBERS = ("prediction_id", "unit", "unit_type", "metric", "value", "event_at", "idempotency_key")
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reception:
    """What the intake adds: `unit_key` turns (unit type, unit id) into the unit's key, `new_key` never repeats."""

    received_at: datetime
    unit_key: Callable[[str, str], str]
    new_key: Callable[[], str]


def outcome_from_item(item: Any, reception: Reception, *, header_key: str | None = None) -> Outcome:
    """The outcome that the item tells of. Raises InvalidOutcome or InvalidUnit, which name a member.

    Without `event_at` it happened when it was received. Without a key of its own or in the header, the outcome's
    key is its content's if it says when it happened; else a new one, since the same twice may then mean two events.
    """
    _check_members(item)
    given_key = _given_key(item, header_key)
    outcome = Outcome(
        subject=_subject(item, reception),
        metric=item.get("metric"),
        value=_number(item.get("value")),
        event_at=_instant(item["event_at"]) if "event_at" in item else reception.received_at,
        received_at=reception.received_at,
        idempotency_key=reception.new_key() if given_key is None else given_key,
    )
    if given_key is None and "event_at" in item:
        return replace(outcome, idempotency_key=content_key(outcome))
    return outcome


def _check_members(item: Any) -> None:
    if not isinstance(item, dict):
        raise InvalidOutcome("outcome", "it must be an object")
    unknown = sorted(item.keys() - set(_MEMBERS))
    if unknown:
        raise InvalidOutcome(unknown[0][:64], f"there is no such member; an outcome has {', '.join(_MEMBERS)}")


def _subject(item: Mapping[str, Any], reception: Reception) -> Subject:
    if ("prediction_id" in item) == ("unit" in item):
        raise InvalidOutcome("prediction_id", "give either prediction_id or unit")
    if "prediction_id" in item:
        if "unit_type" in item:
            raise InvalidOutcome("unit_type", "it goes with unit, and not with prediction_id")
        return PredictionSubject(item["prediction_id"])
    unit_type = checked_unit_type(item.get("unit_type", DEFAULT_UNIT_TYPE), "unit_type")
    unit_id = checked_unit_id(item["unit"], "unit")
    return UnitSubject(unit_type, reception.unit_key(unit_type, unit_id))


def _number(value: Any) -> float:
    if type(value) not in (int, float):
        raise InvalidOutcome("value", "it must be a finite number")
    try:
        return float(value)
    except OverflowError as error:
        raise InvalidOutcome("value", "it is beyond what a double-precision number holds") from error


def _instant(value: Any) -> datetime:
    try:
        if type(value) is str and _RFC_3339.fullmatch(value):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        # A date that no calendar has; told like any other.
        pass
    raise InvalidOutcome("event_at", "it must be a date and time with an offset, as in 2026-01-31T12:00:00Z")


def _given_key(item: Mapping[str, Any], header_key: str | None) -> str | None:
    key = item.get("idempotency_key", header_key)
    if key is None and "idempotency_key" not in item:
        return None
    if type(key) is not str:
        raise InvalidOutcome("idempotency_key", "it must be text")
    if header_key is not None and header_key != key:
        raise InvalidOutcome("idempotency_key", f"the header {KEY_HEADER} says something else")
    return key
