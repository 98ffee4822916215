"""A move of the alias: what is intended, kept with the state until the alias shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class MoveKind(StrEnum):
    """STEP: to a step's share. PROMOTE: the candidate becomes the stable version. ROLL_BACK: all to the stable one."""

    STEP = "step"
    PROMOTE = "promote"
    ROLL_BACK = "roll_back"


@dataclass(frozen=True, slots=True)
class Move:
    """`intent_seq` is the ledger's record of the intent; the effect's record names it.

    `step` is the position that the move leads to. `evidence` holds JSON values: what was judged when it was decided.
    `by` is who decided: the controller, a person through it, or the failsafe.
    """

    kind: MoveKind
    step: int
    weight_bps: int
    reasons: tuple[str, ...]
    decided_at: datetime
    by: str
    intent_seq: int = 0
    evidence: Mapping[str, Any] = field(default_factory=dict)
