"""What is stored of one unit: what it was assigned, and what somebody forced on it."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from sluice.frozen import frozen


@frozen
class StoredAssignment:
    """Written once, by whoever was first; never changed but for the mark `crossed_over`.

    `propensity_bps` is the variant's weight in the allocation version under which the unit entered.
    `namespace_draw` (namespace and seed) and `slot` tell whether it may still count. A unit has crossed over when two
    identities that turned out to be one had different variants: its outcomes belong to neither.
    """

    experiment: str
    variant: str
    propensity_bps: int
    allocation_version: int
    experiment_revision: int
    namespace_draw: str
    slot: int
    assigned_at: datetime
    expires_at: datetime
    crossed_over: bool = False


@frozen
class Override:
    """A variant that somebody forced for one unit; never analysed.

    `subject` is an experiment's key, or `flag:` and a flag's.
    """

    subject: str
    variant: str
    by: str
    why: str
    expires_at: datetime


@frozen
class UnitState:
    """All of one unit that decisions need; one query brings it."""

    assignments: Mapping[str, StoredAssignment] = field(default_factory=dict)
    overrides: Mapping[str, Override] = field(default_factory=dict)
    """By subject."""


NOTHING_STORED = UnitState()
