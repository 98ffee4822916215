"""Where a rollout stands. One item, written under its revision; everything that happened is in the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sluice.rollouts.move import Move
from sluice.rollouts.plan import Plan
from sluice.rollouts.readings import Baseline


class Phase(StrEnum):
    """PREPARING: gates before any traffic, warm-up, shadow. STEPPING: a step bakes. BAKING: promoted, still watched.

    Closed phases are for ever: PROMOTED, ROLLED_BACK (judged, or after the limit), ABORTED (a person), HALTED (somebody
    else moved the alias: nothing is touched any more, an incident is open). Only a promoted one may be reopened, to be
    rolled back on request: it bakes again, with that wish.
    """

    PREPARING = "PREPARING"
    STEPPING = "STEPPING"
    BAKING = "BAKING"
    PROMOTED = "PROMOTED"
    ROLLED_BACK = "ROLLED_BACK"
    ABORTED = "ABORTED"
    HALTED = "HALTED"


CLOSED = frozenset({Phase.PROMOTED, Phase.ROLLED_BACK, Phase.ABORTED, Phase.HALTED})


class Wish(StrEnum):
    """What a person asked for and the controller has not done yet."""

    NONE = ""
    PROMOTE = "promote"
    ABORT = "abort"
    ROLL_BACK = "roll_back"


@dataclass(frozen=True, slots=True)
class RolloutState:
    """One rollout of a candidate beside a stable function version.

    `step` is the position of the present step, -1 before the first. `epoch` is the fencing token: a controller that
    holds an older one may not write. `approvals` are who approved, by gate position. `lease_until` passes when nobody
    renews it; then the failsafe gives all traffic back to the stable version. `first_step_at` is when the candidate got
    its first traffic. `pending` is the move whose intent is recorded and whose effect is not yet.
    """

    rollout_id: str
    model: str
    plan: Plan
    stable_version: str
    candidate_version: str
    stable_release: int
    candidate_release: int
    artefact_digest: str
    started_by: str
    why: str
    started_at: datetime
    phase: Phase = Phase.PREPARING
    step: int = -1
    step_started_at: datetime | None = None
    weight_bps: int = 0
    is_paused: bool = False
    wish: Wish = Wish.NONE
    is_asking: bool = False
    approvals: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    gates_passed: tuple[int, ...] = ()
    baseline: Baseline | None = None
    lease_until: datetime | None = None
    first_step_at: datetime | None = None
    pending: Move | None = None
    epoch: int = 0
    revision: int = 1
    closed_at: datetime | None = None
    closing_reason: str = ""

    @property
    def is_closed(self) -> bool:
        """Nothing more will happen."""
        return self.phase in CLOSED
