"""An outcome as JSON: what lies in the queue and in the store, and the key that its content gives it.

| member | meaning |
|---|---|
| prediction_id | whose outcome it is, or instead the two that follow |
| unit_type, unit_key | the unit's type, and the keyed hash of its id; the id itself is nowhere |
| metric, value | one number under a name |
| event_at, received_at | when it happened, and when it came in: ISO 8601, UTC |
| idempotency_key | the first outcome of a key counts |
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from sluice.catalog.canonical_json import digest_of
from sluice.errors import InvalidRequest, MalformedBody
from sluice.experiments.outcome import Outcome, PredictionSubject, Subject, UnitSubject


def outcome_to_bytes(outcome: Outcome) -> bytes:
    """The document, in UTF-8 and on one line."""
    return orjson.dumps(
        _content(outcome) | {"received_at": outcome.received_at.isoformat(), "idempotency_key": outcome.idempotency_key}
    )


def outcome_from_bytes(content: bytes | str) -> Outcome:
    """The inverse of `outcome_to_bytes`. Raises MalformedBody for anything else."""
    try:
        document = orjson.loads(content)
        return Outcome(
            subject=_subject(document),
            metric=document["metric"],
            value=document["value"],
            event_at=datetime.fromisoformat(document["event_at"]),
            received_at=datetime.fromisoformat(document["received_at"]),
            idempotency_key=document["idempotency_key"],
        )
    except (KeyError, TypeError, ValueError, InvalidRequest) as error:
        raise MalformedBody(f"this is not the document of an outcome: {error!r}") from error


def content_key(outcome: Outcome) -> str:
    """SHA-256, in hex, of what the outcome says: its subject, metric, value and event time, as canonical JSON."""
    return digest_of(_content(outcome))


def _content(outcome: Outcome) -> dict[str, Any]:
    told = {"metric": outcome.metric, "value": outcome.value, "event_at": outcome.event_at.isoformat()}
    return asdict(outcome.subject) | told


def _subject(document: Mapping[str, Any]) -> Subject:
    if "prediction_id" in document:
        return PredictionSubject(document["prediction_id"])
    return UnitSubject(document["unit_type"], document["unit_key"])
