"""What to do now: a pure function of plan, state, judgements and the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sluice.rollouts.plan import AtTheLimit, Gate
from sluice.rollouts.state import Phase, RolloutState, Wish
from sluice.rollouts.verdict import Judgement, Verdict


class Action(StrEnum):
    """advance: the next step (or the first). promote: all traffic. close: the last bake is over."""

    ADVANCE = "advance"
    HOLD = "hold"
    PROMOTE = "promote"
    CLOSE = "close"
    ROLL_BACK = "roll_back"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Decision:
    """`weight_bps` is the candidate's share after it; `reasons` are sentences, the deciding one first.

    `gate` is the position of the gate that must be passed first, where that is what it waits for.
    """

    action: Action
    weight_bps: int
    reasons: tuple[str, ...]
    gate: int | None = None


ALL_BPS = 10_000


def decide(state: RolloutState, judgements: Sequence[Judgement], *, now: datetime) -> Decision:
    """A person's wish first, then a breach, then patience: gates, bake time, verdicts, the limit.

    A breach rolls back even where the rollout is paused: a pause is no licence to break things.
    """
    failed = [it for it in judgements if it.verdict is Verdict.FAIL]
    if state.wish in (Wish.ABORT, Wish.ROLL_BACK):
        return Decision(Action.ROLL_BACK, 0, (f"a person asked to {state.wish.replace('_', ' ')}",))
    if failed:
        return Decision(Action.ROLL_BACK, 0, tuple(f"{it.guardrail}: {it.why}" for it in failed))
    if state.phase is Phase.BAKING:
        return _last_bake(state, now)
    if state.wish is Wish.PROMOTE:
        return Decision(Action.PROMOTE, ALL_BPS, ("a person promoted it before its time",))
    if state.is_paused:
        return _hold(state, "it is paused")
    return _prepared(state) if state.phase is Phase.PREPARING else _step(state, judgements, now)


def _prepared(state: RolloutState) -> Decision:
    return _gate_before(state, 0) or Decision(
        Action.ADVANCE, state.plan.steps[0].weight_bps, ("every gate before the first step is passed",)
    )


def _step(state: RolloutState, judgements: Sequence[Judgement], now: datetime) -> Decision:
    step = state.plan.steps[state.step]
    assert state.step_started_at is not None
    baked = now - state.step_started_at
    if baked < timedelta(seconds=step.bake_seconds):
        return _hold(
            state, f"step {state.step + 1} bakes for {step.bake_seconds} s, {int(baked.total_seconds())} are over"
        )
    open_ones = [it for it in judgements if it.verdict is not Verdict.PASS]
    if open_ones or not judgements:
        reasons = tuple(f"{it.guardrail}: {it.why}" for it in open_ones) or ("nothing was judged",)
        return _at_the_limit(state, baked, reasons)
    return _gate_before(state, state.step + 1) or _next(state)


def _next(state: RolloutState) -> Decision:
    passed = f"every guardrail passes at {state.weight_bps} bps"
    if state.step + 1 == len(state.plan.steps):
        return Decision(Action.PROMOTE, ALL_BPS, (passed,))
    return Decision(Action.ADVANCE, state.plan.steps[state.step + 1].weight_bps, (passed,))


def _at_the_limit(state: RolloutState, baked: timedelta, reasons: tuple[str, ...]) -> Decision:
    limit_seconds = state.plan.steps[state.step].wait_limit_seconds
    if baked < timedelta(seconds=limit_seconds):
        return Decision(Action.HOLD, state.weight_bps, reasons)
    late = f"no verdict within {limit_seconds} s"
    if state.plan.at_the_limit is AtTheLimit.ROLL_BACK:
        return Decision(Action.ROLL_BACK, 0, (late, *reasons))
    return Decision(Action.ASK, state.weight_bps, (late, *reasons))


def _last_bake(state: RolloutState, now: datetime) -> Decision:
    assert state.step_started_at is not None
    baked = now - state.step_started_at
    if baked < timedelta(seconds=state.plan.final_bake_seconds):
        return Decision(Action.HOLD, ALL_BPS, (f"promoted; it bakes for {state.plan.final_bake_seconds} s",))
    return Decision(Action.CLOSE, ALL_BPS, ("the last bake is over",))


def _gate_before(state: RolloutState, step: int) -> Decision | None:
    for position, gate in enumerate(state.plan.gates):
        if gate.before_step == step and position not in state.gates_passed:
            return Decision(Action.ASK, state.weight_bps, (_waits_for(gate),), gate=position)
    return None


def _waits_for(gate: Gate) -> str:
    return {"approval": f"it waits for {gate.approvals} approval(s)", "hook": f"it waits for {gate.hook}"}.get(
        gate.kind, "it waits for the comparison of copies"
    )


def _hold(state: RolloutState, why: str) -> Decision:
    return Decision(Action.HOLD, state.weight_bps, (why,))
