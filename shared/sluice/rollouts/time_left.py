"""How long a rollout takes from now, if everything passes as soon as it may."""

from datetime import datetime, timedelta

from sluice.rollouts.state import Phase, RolloutState

_NO_TIME = timedelta(0)


def time_left(state: RolloutState, *, now: datetime) -> timedelta | None:
    """The least it can take; None where a person is asked, paused it, or it is over."""
    if state.is_closed or state.is_paused or state.is_asking:
        return None
    return _rest_of_step(state, now) + timedelta(seconds=_bakes_to_come(state))


def _bakes_to_come(state: RolloutState) -> int:
    if state.phase is Phase.BAKING:
        return 0
    steps = state.plan.steps[state.step + 1 :]
    return sum(step.bake_seconds for step in steps) + state.plan.final_bake_seconds


def _rest_of_step(state: RolloutState, now: datetime) -> timedelta:
    if state.step_started_at is None:
        return _NO_TIME
    is_last = state.phase is Phase.BAKING
    bake_seconds = state.plan.final_bake_seconds if is_last else state.plan.steps[state.step].bake_seconds
    return max(_NO_TIME, state.step_started_at + timedelta(seconds=bake_seconds) - now)
