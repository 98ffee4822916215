"""Definitions, snapshots and unit state as stores get them, each overridable by keyword."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from sluice.experiments.ports import ChangeNote, Definition, Kind, StoredSnapshot
from sluice.experiments.unit_state import Override, StoredAssignment

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TOMORROW = NOON + timedelta(days=1)


def a_note(**facts: Any) -> ChangeNote:
    return replace(ChangeNote("ada", NOON, "because", "edit"), **facts)


def a_definition(revision: int = 1, key: str = "button", kind: Kind = Kind.EXPERIMENT, **facts: Any) -> Definition:
    return replace(Definition(kind, key, revision, {"coverage_bps": revision}, a_note()), **facts)


def a_snapshot(number: int = 1, subject: str = "model:churn", content: bytes = b"\x00\xff") -> StoredSnapshot:
    return StoredSnapshot(subject, number, f"digest-{number}", content)


def an_assignment(variant: str = "control", experiment: str = "button", **facts: Any) -> StoredAssignment:
    assignment = StoredAssignment(
        experiment=experiment,
        variant=variant,
        propensity_bps=5_000,
        allocation_version=2,
        experiment_revision=3,
        namespace_draw="main:seed",
        slot=999_999,
        assigned_at=NOON,
        expires_at=TOMORROW,
    )
    return replace(assignment, **facts)


def an_override(variant: str = "treatment", subject: str = "button", **facts: Any) -> Override:
    return replace(Override(subject, variant, "ada", "to look at it", TOMORROW), **facts)


def instants(first: datetime, last: datetime) -> st.SearchStrategy[datetime]:
    """Instants of both ends and between, in zones of two kinds."""
    zones = st.sampled_from([UTC, timezone(timedelta(hours=-9.5))])
    since = st.timedeltas(timedelta(0), last - first)
    return st.builds(lambda span, zone: (first + span).astimezone(zone), since, zones)
