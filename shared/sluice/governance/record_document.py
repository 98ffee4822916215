"""A record as the document that is chained."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from sluice.catalog.canonical_json import encode_numbers
from sluice.governance.records import Record


def to_document(record: Record) -> dict[str, Any]:
    """The document that is chained: JSON values only, instants as ISO 8601 in UTC, NaN and infinities as tagged text.

    Raises ValueError for an instant without a time zone.
    """
    plain: dict[str, Any] = encode_numbers(_plain(record))
    return {"type": record.type.value, "ts": plain.pop("at"), **plain}


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    return value


def instant_text(at: datetime) -> str:
    """An aware instant as every record spells it: `2026-01-01T00:00:00Z`. Raises ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone")
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
