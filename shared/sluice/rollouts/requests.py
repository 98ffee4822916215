"""What a person may ask of a rollout, each as a step from one state to the next; asking twice changes nothing."""

from collections.abc import Callable
from dataclasses import replace

from sluice.errors import MoveRefused
from sluice.rollouts.plan import GateKind
from sluice.rollouts.state import Phase, RolloutState, Wish

Change = Callable[[RolloutState], RolloutState]

_ENDS = (Wish.ABORT, Wish.ROLL_BACK)


def pause(state: RolloutState) -> RolloutState:
    """Advance no more until it is resumed. Raises MoveRefused for a closed rollout, as all of these do."""
    _refuse_closed(state, "pause")
    return replace(state, is_paused=True)


def resume(state: RolloutState) -> RolloutState:
    """End the pause."""
    _refuse_closed(state, "resume")
    return replace(state, is_paused=False)


def promote(state: RolloutState) -> RolloutState:
    """Give the candidate all traffic before its time. Approvals are not skipped: they must be given first."""
    if state.phase in (Phase.PROMOTED, Phase.BAKING) and state.wish not in _ENDS:
        return state
    _refuse_closed(state, "promote")
    if state.wish in _ENDS:
        raise _refused(state, "promote", "somebody asked to take it back")
    missing = open_approval(state)
    if missing is not None:
        raise _refused(state, "promote", f"gate {missing + 1} is not approved")
    return replace(state, wish=Wish.PROMOTE)


def abort(state: RolloutState) -> RolloutState:
    """Take the candidate's traffic away."""
    if state.phase in (Phase.ABORTED, Phase.ROLLED_BACK):
        return state
    _refuse_closed(state, "abort")
    return state if state.wish in _ENDS else replace(state, wish=Wish.ABORT)


def roll_back(state: RolloutState) -> RolloutState:
    """As abort, and the artefact goes into quarantine; a promoted rollout bakes again, with this wish."""
    if state.phase in (Phase.ABORTED, Phase.ROLLED_BACK):
        return state
    if state.phase is Phase.PROMOTED:
        return replace(state, phase=Phase.BAKING, wish=Wish.ROLL_BACK, closed_at=None, closing_reason="")
    _refuse_closed(state, "roll back")
    return replace(state, wish=Wish.ROLL_BACK)


def approve(state: RolloutState, by: str) -> RolloutState:
    """One more approval for the first gate that waits for one; with enough of them it is passed.

    Whoever started the rollout cannot be one of two.
    """
    _refuse_closed(state, "approve")
    if any(by in given for given in state.approvals.values()) and open_approval(state) is None:
        return state
    position = open_approval(state)
    if position is None:
        raise _refused(state, "approve", "no gate waits for an approval")
    needed, given = state.plan.gates[position].approvals, state.approvals.get(position, ())
    if needed > 1 and by == state.started_by:
        raise _refused(state, "approve", f"{by} started it, and {needed} others must approve")
    if by in given:
        return state
    given = (*given, by)
    passed = (*state.gates_passed, position) if len(given) >= needed else state.gates_passed
    return replace(state, approvals={**state.approvals, position: given}, gates_passed=passed)


def open_approval(state: RolloutState) -> int | None:
    """The position of the first approval gate that is not passed, None if all are."""
    waiting = [
        (gate.before_step, position)
        for position, gate in enumerate(state.plan.gates)
        if gate.kind is GateKind.APPROVAL and position not in state.gates_passed
    ]
    return min(waiting)[1] if waiting else None


def _refuse_closed(state: RolloutState, move: str) -> None:
    if state.is_closed:
        raise _refused(state, move, f"it is {state.phase}: {state.closing_reason}")


def _refused(state: RolloutState, move: str, why: str) -> MoveRefused:
    return MoveRefused(f"rollout {state.rollout_id}", move, why)
