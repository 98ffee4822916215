"""What to do now: a pure function of plan, state, judgements and the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

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

    A breach rolls back even where the rollout is paused or a person wants to promote it: neither is a licence to break
    things. A promotion saves time, never a gate. A rollout that is closed is left alone.
    """
    if state.is_closed:
        return _hold(state, f"it is closed: {state.phase}")
    failed = [it for it in judgements if it.verdict is Verdict.FAIL]
    if state.wish in (Wish.ABORT, Wish.ROLL_BACK):
        return Decision(Action.ROLL_BACK, 0, (f"a person asked to {state.wish.replace('_', ' ')}",))
    if failed:
        return Decision(Action.ROLL_BACK, 0, tuple(f"{it.guardrail}: {it.why}" for it in failed))
    if state.wish is Wish.PROMOTE and state.phase is not Phase.BAKING:
        return _gate_until(state, len(state.plan.steps)) or _promoted(("a person promoted it before its time",))
    if state.is_paused:
        return _hold(state, "it is paused")
    return _PHASES[state.phase](state, judgements, now)


def _prepared(state: RolloutState, _: Sequence[Judgement], _now: datetime) -> Decision:
    first = state.plan.steps[0].weight_bps
    return _gate_until(state, 0) or Decision(Action.ADVANCE, first, ("every gate before the first step is passed",))


def _step(state: RolloutState, judgements: Sequence[Judgement], now: datetime) -> Decision:
    baked, bake_seconds = _since_the_step(state, now), state.plan.steps[state.step].bake_seconds
    if baked < timedelta(seconds=bake_seconds):
        over = max(0, int(baked.total_seconds()))
        return _hold(state, f"step {state.step + 1} bakes for {bake_seconds} s, {over} are over")
    unpassed = _unpassed(state, judgements)
    if unpassed:
        return _at_the_limit(state, baked, Decision(Action.HOLD, state.weight_bps, unpassed))
    gate = _gate_until(state, state.step + 1)
    return _at_the_limit(state, baked, gate) if gate else _next(state)


def _unpassed(state: RolloutState, judgements: Sequence[Judgement]) -> tuple[str, ...]:
    """Why it does not advance: every guardrail of the plan has to have passed, and none may say anything else."""
    judged = {it.guardrail for it in judgements}
    missing = (f"{it.key}: not judged" for it in state.plan.guardrails if it.key not in judged)
    return (*(f"{it.guardrail}: {it.why}" for it in judgements if it.verdict is not Verdict.PASS), *missing)


def _next(state: RolloutState) -> Decision:
    passed = f"every guardrail passes at {state.weight_bps} bps"
    if state.step + 1 == len(state.plan.steps):
        return _promoted((passed,))
    return Decision(Action.ADVANCE, state.plan.steps[state.step + 1].weight_bps, (passed,))


def _promoted(reasons: tuple[str, ...]) -> Decision:
    return Decision(Action.PROMOTE, ALL_BPS, reasons)


def _at_the_limit(state: RolloutState, baked: timedelta, waits: Decision) -> Decision:
    """What it waits for, as long as there is time; nobody stays at a part of the traffic without a person knowing."""
    limit_seconds = state.plan.steps[state.step].wait_limit_seconds
    if baked < timedelta(seconds=limit_seconds):
        return waits
    reasons = (f"it did not get further within {limit_seconds} s", *waits.reasons)
    if state.plan.at_the_limit is AtTheLimit.ROLL_BACK:
        return Decision(Action.ROLL_BACK, 0, reasons)
    return Decision(Action.ASK, state.weight_bps, reasons, waits.gate)


def _last_bake(state: RolloutState, _: Sequence[Judgement], now: datetime) -> Decision:
    if _since_the_step(state, now) < timedelta(seconds=state.plan.final_bake_seconds):
        return Decision(Action.HOLD, ALL_BPS, (f"promoted; it bakes for {state.plan.final_bake_seconds} s",))
    return Decision(Action.CLOSE, ALL_BPS, ("the last bake is over",))


def _since_the_step(state: RolloutState, now: datetime) -> timedelta:
    assert state.step_started_at is not None, "it has traffic, so it began"
    return now - state.step_started_at


def _gate_until(state: RolloutState, step: int) -> Decision | None:
    """The first gate up to that step that nobody has passed, wherever in the plan it is written."""
    for position, gate in sorted(enumerate(state.plan.gates), key=lambda it: it[1].before_step):
        if gate.before_step <= step and position not in state.gates_passed:
            return Decision(Action.ASK, state.weight_bps, (_waits_for(gate),), gate=position)
    return None


def _waits_for(gate: Gate) -> str:
    return {"approval": f"it waits for {gate.approvals} approval(s)", "hook": f"it waits for {gate.hook}"}.get(
        gate.kind, "it waits for the comparison of copies"
    )


def _hold(state: RolloutState, why: str) -> Decision:
    return Decision(Action.HOLD, state.weight_bps, (why,))


_PHASES = MappingProxyType({Phase.PREPARING: _prepared, Phase.STEPPING: _step, Phase.BAKING: _last_bake})
