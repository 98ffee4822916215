"""What the ledger can say, one frozen value per type of record.

No record holds personal data: `actor` is who decides (a role, an operator's account), never a unit, and there is no
place for inputs, outputs or unit ids. What nobody may ever delete must not be about a person who may ask for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sluice.governance.weights import Weights


class RecordType(StrEnum):
    """The member `type` of a record's document."""

    ROLLOUT_STARTED = "ROLLOUT_STARTED"
    INTENT = "INTENT"
    EFFECT = "EFFECT"
    FOREIGN_CHANGE = "FOREIGN_CHANGE"
    VERDICTS = "VERDICTS"
    DECISION = "DECISION"
    GATE = "GATE"
    APPROVAL = "APPROVAL"
    WISH = "WISH"
    PAUSED = "PAUSED"
    RESUMED = "RESUMED"
    INCIDENT = "INCIDENT"
    CLOSED = "CLOSED"
    QUARANTINE_RELEASED = "QUARANTINE_RELEASED"


@dataclass(frozen=True, slots=True)
class Record:
    """What every record says: who did it (`actor`), when (`at`), in which rollout (empty: none) of which model."""

    type: ClassVar[RecordType]

    model: str
    rollout_id: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RolloutStarted(Record):
    """A rollout is open. `plan` is its document; versions are function versions."""

    type: ClassVar = RecordType.ROLLOUT_STARTED

    stable_version: str
    candidate_version: str
    stable_release: int
    candidate_release: int
    artefact_digest: str
    plan: Mapping[str, Any]
    why: str


@dataclass(frozen=True, slots=True)
class Intent(Record):
    """Written before the alias is: `before` is what was read, `after` what will be asked for."""

    type: ClassVar = RecordType.INTENT

    before: Weights
    after: Weights
    why: str = ""


@dataclass(frozen=True, slots=True)
class Effect(Record):
    """What the alias was read back as, after the intent that has the number `intent_seq`."""

    type: ClassVar = RecordType.EFFECT

    intent_seq: int
    alias: Weights


@dataclass(frozen=True, slots=True)
class ForeignChange(Record):
    """The alias was found as nobody here has left it: `expected` by the ledger, `alias` in fact."""

    type: ClassVar = RecordType.FOREIGN_CHANGE

    expected: Weights
    alias: Weights


@dataclass(frozen=True, slots=True)
class Verdicts(Record):
    """What the judge said of each guardrail, with its numbers, over the windows of [since, until)."""

    type: ClassVar = RecordType.VERDICTS

    step: int
    weight_bps: int
    since: datetime
    until: datetime
    judgements: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class DecisionTaken(Record):
    """What was decided: an action, the candidate's share after it, and the reasons."""

    type: ClassVar = RecordType.DECISION

    action: str
    weight_bps: int
    reasons: Sequence[str]
    gate: int | None = None


@dataclass(frozen=True, slots=True)
class GateAnswered(Record):
    """A gate of the plan, by its position, said yes or no."""

    type: ClassVar = RecordType.GATE

    gate: int
    kind: str
    is_passed: bool
    why: str
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ApprovalGiven(Record):
    """`actor` approved the gate of this position."""

    type: ClassVar = RecordType.APPROVAL

    gate: int
    why: str


@dataclass(frozen=True, slots=True)
class WishMade(Record):
    """`actor` asked for an end before its time: `promote` or `abort`."""

    type: ClassVar = RecordType.WISH

    wish: str
    why: str


@dataclass(frozen=True, slots=True)
class Paused(Record):
    """Nothing advances until it is resumed; a breach still rolls back."""

    type: ClassVar = RecordType.PAUSED

    why: str


@dataclass(frozen=True, slots=True)
class Resumed(Record):
    """The pause is over."""

    type: ClassVar = RecordType.RESUMED

    why: str


@dataclass(frozen=True, slots=True)
class IncidentOpened(Record):
    """What went wrong, with its evidence; the instants give time to detect and time to restore."""

    type: ClassVar = RecordType.INCIDENT

    what: str
    evidence: Mapping[str, Any]
    owner: str
    runbook: str
    began_at: datetime
    detected_at: datetime
    restored_at: datetime | None


@dataclass(frozen=True, slots=True)
class Closed(Record):
    """The rollout is over, in this phase."""

    type: ClassVar = RecordType.CLOSED

    phase: str
    reason: str


@dataclass(frozen=True, slots=True)
class QuarantineReleased(Record):
    """An artefact may be rolled out again; `rollout_id` is the rollout that rolled it back."""

    type: ClassVar = RecordType.QUARANTINE_RELEASED

    artefact_digest: str
    why: str
