"""A rollout's state as a document of JSON values, as the store keeps it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sluice.catalog.canonical_json import encode_numbers
from sluice.rollouts.move import Move, MoveKind
from sluice.rollouts.plan_document import plan_from_document, plan_to_document
from sluice.rollouts.readings import Baseline
from sluice.rollouts.state import Phase, RolloutState, Wish

Document = dict[str, Any]

_AS_THEY_ARE = (
    "rollout_id",
    "model",
    "stable_version",
    "candidate_version",
    "stable_release",
    "candidate_release",
    "artefact_digest",
    "started_by",
    "why",
    "step",
    "weight_bps",
    "is_paused",
    "is_asking",
    "epoch",
    "revision",
    "closing_reason",
)
_INSTANTS = ("step_started_at", "lease_until", "first_step_at", "closed_at")


def state_to_document(state: RolloutState) -> Document:
    """Everything; the plan in the form that people write."""
    return {
        **{name: getattr(state, name) for name in _AS_THEY_ARE},
        **{name: _instant_text(getattr(state, name)) for name in _INSTANTS},
        "plan": plan_to_document(state.plan),
        "started_at": state.started_at.isoformat(),
        "phase": state.phase.value,
        "wish": state.wish.value,
        "approvals": {str(gate): list(people) for gate, people in state.approvals.items()},
        "gates_passed": list(state.gates_passed),
        "baseline": _baseline_to_document(state.baseline),
        "pending": _move_to_document(state.pending),
    }


def state_from_document(document: Mapping[str, Any]) -> RolloutState:
    """The inverse. Raises KeyError, TypeError, ValueError or InvalidDefinition for what is none."""
    facts: Document = {name: document[name] for name in _AS_THEY_ARE}
    facts |= {name: _instant(document[name]) for name in _INSTANTS}
    return RolloutState(
        **facts,
        plan=plan_from_document(document["plan"]),
        started_at=datetime.fromisoformat(document["started_at"]),
        phase=Phase(document["phase"]),
        wish=Wish(document["wish"]),
        approvals={int(gate): tuple(people) for gate, people in document["approvals"].items()},
        gates_passed=tuple(document["gates_passed"]),
        baseline=_baseline(document["baseline"]),
        pending=_move(document["pending"]),
    )


def _instant_text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _baseline_to_document(baseline: Baseline | None) -> Document | None:
    if baseline is None:
        return None
    sides = {"warm_ms": baseline.warm_ms, "cold_ms": baseline.cold_ms}
    return {name: {str(quantile): ms for quantile, ms in side.items()} for name, side in sides.items()}


def _baseline(document: Mapping[str, Any] | None) -> Baseline | None:
    if document is None:
        return None
    sides = ({int(it): ms for it, ms in document[name].items()} for name in ("warm_ms", "cold_ms"))
    return Baseline(*sides)


def _move_to_document(move: Move | None) -> Document | None:
    """What JSON has no number for, in the evidence, is told as the ledger tells it."""
    if move is None:
        return None
    return {
        "kind": move.kind.value,
        "step": move.step,
        "weight_bps": move.weight_bps,
        "reasons": list(move.reasons),
        "decided_at": move.decided_at.isoformat(),
        "by": move.by,
        "intent_seq": move.intent_seq,
        "evidence": encode_numbers(move.evidence),
    }


def _move(document: Mapping[str, Any] | None) -> Move | None:
    if document is None:
        return None
    return Move(
        **{
            **document,
            "kind": MoveKind(document["kind"]),
            "reasons": tuple(document["reasons"]),
            "decided_at": datetime.fromisoformat(document["decided_at"]),
        }
    )
