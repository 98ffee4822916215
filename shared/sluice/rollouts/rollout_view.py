"""A rollout as a JSON document: what the control API answers, and `--json` prints."""

from datetime import datetime
from typing import Any

from sluice.rollouts.state import RolloutState
from sluice.rollouts.time_left import time_left


def rollout_view(state: RolloutState, *, now: datetime) -> dict[str, Any]:
    """Where it stands at `now`. Positions of steps and gates count from 0; the plan is named, not shown."""
    left = time_left(state, now=now)
    return {
        "model": state.model,
        "rollout_id": state.rollout_id,
        "plan": state.plan.name,
        "phase": state.phase.value,
        "step": state.step,
        "step_count": len(state.plan.steps),
        "weight_bps": state.weight_bps,
        "stable": {"function_version": state.stable_version, "release": state.stable_release},
        "candidate": {"function_version": state.candidate_version, "release": state.candidate_release},
        "started": {"by": state.started_by, "at": state.started_at.isoformat(), "why": state.why},
        "step_started_at": _text(state.step_started_at),
        "seconds_left": None if left is None else int(left.total_seconds()),
        "is_paused": state.is_paused,
        "is_asking": state.is_asking,
        "wish": state.wish.value,
        "approvals": {str(gate): list(people) for gate, people in state.approvals.items()},
        "gates_passed": list(state.gates_passed),
        "lease_until": _text(state.lease_until),
        "closed_at": _text(state.closed_at),
        "closing_reason": state.closing_reason,
        "epoch": state.epoch,
        "revision": state.revision,
    }


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
