"""The outcome: what came of a prediction, or of a unit, later. One number under the name of a metric."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sluice.errors import InvalidDefinition, InvalidOutcome
from sluice.experiments.key import checked_key
from sluice.experiments.unit import checked_unit_type

FUTURE_LIMIT = timedelta(minutes=5)
"""How far a sender's clock may be ahead of ours. There is no limit into the past."""

_HEX_128_BITS = re.compile(r"[0-9a-f]{32}")
_IDEMPOTENCY_KEY = re.compile(r"[\x20-\x7e]{1,128}")


@dataclass(frozen=True, slots=True)
class PredictionSubject:
    """The outcome of one prediction. Raises InvalidOutcome."""

    prediction_id: str

    def __post_init__(self) -> None:
        _check_hex("prediction_id", self.prediction_id)


@dataclass(frozen=True, slots=True)
class UnitSubject:
    """The outcome of a unit, which is known by the keyed hash of its id alone. Raises InvalidOutcome, InvalidUnit."""

    unit_type: str
    unit_key: str

    def __post_init__(self) -> None:
        checked_unit_type(self.unit_type, "unit_type")
        _check_hex("unit_key", self.unit_key)


Subject = PredictionSubject | UnitSubject


@dataclass(frozen=True, slots=True)
class Outcome:
    """`event_at` is when it happened, by the sender; `received_at` when we heard of it; both aware, in UTC.

    Of all outcomes with one `idempotency_key` the first that is stored counts. Raises InvalidOutcome.
    """

    subject: Subject
    metric: str
    value: float
    event_at: datetime
    received_at: datetime
    idempotency_key: str

    def __post_init__(self) -> None:
        _check_metric(self.metric)
        if type(self.value) is not float or not math.isfinite(self.value):
            raise InvalidOutcome("value", "it must be a finite number")
        for name, instant in (("event_at", self.event_at), ("received_at", self.received_at)):
            if instant.tzinfo is not UTC:
                raise InvalidOutcome(name, "it must be an instant in UTC")
        _check_not_ahead(self.event_at, self.received_at)
        if not _IDEMPOTENCY_KEY.fullmatch(self.idempotency_key):
            raise InvalidOutcome("idempotency_key", "it must be 1 to 128 printable ASCII characters")


def _check_metric(metric: Any) -> None:
    """Metrics are named in experiments, so a name that no experiment could use is refused here."""
    try:
        checked_key("outcome", "metric", metric)
    except InvalidDefinition as error:
        raise InvalidOutcome("metric", error.rule) from error


def _check_not_ahead(event_at: datetime, received_at: datetime) -> None:
    if event_at - received_at > FUTURE_LIMIT:
        ahead = f"it is {event_at.isoformat()}, and here it is {received_at.isoformat()}"
        raise InvalidOutcome("event_at", f"{ahead}; at most {FUTURE_LIMIT.seconds} s ahead are accepted")


def _check_hex(field: str, value: Any) -> None:
    if type(value) is not str or not _HEX_128_BITS.fullmatch(value):
        raise InvalidOutcome(field, "it must be 32 lower-case hexadecimal digits")
