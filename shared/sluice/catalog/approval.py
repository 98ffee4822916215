"""Approval of a model version, and the history that is appended, never edited."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from sluice.errors import IllegalApproval


class ApprovalState(StrEnum):
    """`pending → approved | rejected`, `approved → retired`; the last two are final."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETIRED = "retired"


ALLOWED_MOVES = MappingProxyType(
    {
        ApprovalState.PENDING: (ApprovalState.APPROVED, ApprovalState.REJECTED),
        ApprovalState.APPROVED: (ApprovalState.RETIRED,),
        ApprovalState.REJECTED: (),
        ApprovalState.RETIRED: (),
    }
)


@dataclass(frozen=True, slots=True)
class Approval:
    """The present state, and who put it there, when and why."""

    state: ApprovalState
    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One thing that happened to a model; `model_version` is None for events of the model itself."""

    model: str
    model_version: int | None
    action: str
    by: str
    at: datetime
    why: str


def check_move(subject: str, present: ApprovalState, wanted: ApprovalState) -> None:
    """Refuse a move that `ALLOWED_MOVES` does not list. Raises IllegalApproval."""
    if wanted not in ALLOWED_MOVES[present]:
        raise IllegalApproval(subject, present, wanted, ALLOWED_MOVES[present])
