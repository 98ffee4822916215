"""The state of a unit as items of DynamoDB's own form, and back, side by side.

Layout (`pk`, `sk`); `expires_at` is epoch seconds, by which DynamoDB removes an item, some time later:

    UNITTYPE#ID      assignment#EXPERIMENT
    UNITTYPE#ID      override#SUBJECT

The readers raise KeyError, TypeError, ValueError or OverflowError for an item that is not ours.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sluice.experiments.unit_state import Override, StoredAssignment, UnitState

EXPIRY_ATTRIBUTE = "expires_at"
ASSIGNMENT = "assignment"
OVERRIDE = "override"

Item = Mapping[str, Any]


def unit_item_key(unit_type: str, unit_id: str, *, kind: str, name: str) -> dict[str, Any]:
    """The key of one item; neither a unit type nor a kind holds a `#`."""
    return {"pk": {"S": partition_of(unit_type, unit_id)}, "sk": {"S": f"{kind}#{name}"}}


def partition_of(unit_type: str, unit_id: str) -> str:
    """The partition of all that is stored of a unit."""
    return f"{unit_type}#{unit_id}"


def to_assignment(assignment: StoredAssignment) -> dict[str, Any]:
    """What an assignment's item holds beside its key."""
    return {
        "variant": {"S": assignment.variant},
        "propensity_bps": {"N": str(assignment.propensity_bps)},
        "allocation_version": {"N": str(assignment.allocation_version)},
        "experiment_revision": {"N": str(assignment.experiment_revision)},
        "namespace_draw": {"S": assignment.namespace_draw},
        "slot": {"N": str(assignment.slot)},
        "assigned_at": {"S": assignment.assigned_at.isoformat()},
        EXPIRY_ATTRIBUTE: {"N": str(int(assignment.expires_at.timestamp()))},
        "crossed_over": {"BOOL": assignment.crossed_over},
    }


def from_assignment(experiment: str, item: Item) -> StoredAssignment:
    """The inverse of `to_assignment`, but for the fraction of a second of `expires_at`."""
    return StoredAssignment(
        experiment=experiment,
        variant=_text(item, "variant"),
        propensity_bps=_integer(item, "propensity_bps"),
        allocation_version=_integer(item, "allocation_version"),
        experiment_revision=_integer(item, "experiment_revision"),
        namespace_draw=_text(item, "namespace_draw"),
        slot=_integer(item, "slot"),
        assigned_at=datetime.fromisoformat(_text(item, "assigned_at")),
        expires_at=_instant(item, EXPIRY_ATTRIBUTE),
        crossed_over=item["crossed_over"]["BOOL"] is True,
    )


def to_override(override: Override) -> dict[str, Any]:
    """What an override's item holds beside its key."""
    return {
        "variant": {"S": override.variant},
        "by": {"S": override.by},
        "why": {"S": override.why},
        EXPIRY_ATTRIBUTE: {"N": str(int(override.expires_at.timestamp()))},
    }


def from_override(subject: str, item: Item) -> Override:
    """The inverse of `to_override`, but for the fraction of a second of `expires_at`."""
    return Override(
        subject=subject,
        variant=_text(item, "variant"),
        by=_text(item, "by"),
        why=_text(item, "why"),
        expires_at=_instant(item, EXPIRY_ATTRIBUTE),
    )


def to_unit_state(items: Iterable[Item], *, now: datetime) -> UnitState:
    """What the items of one partition say, without what has expired. Items of other kinds are other readers' affair."""
    assignments: dict[str, StoredAssignment] = {}
    overrides: dict[str, Override] = {}
    for item in items:
        kind, _, name = _text(item, "sk").partition("#")
        if kind == ASSIGNMENT:
            assignments[name] = from_assignment(name, item)
        elif kind == OVERRIDE:
            overrides[name] = from_override(name, item)
    return UnitState(
        {name: it for name, it in assignments.items() if it.expires_at > now},
        {name: it for name, it in overrides.items() if it.expires_at > now},
    )


def _text(item: Item, name: str) -> str:
    value = item[name]["S"]
    if type(value) is not str:
        raise TypeError(f"{name} is a {type(value).__name__}, must be text")
    return value


def _integer(item: Item, name: str) -> int:
    return int(item[name]["N"])


def _instant(item: Item, name: str) -> datetime:
    return datetime.fromtimestamp(_integer(item, name), UTC)
