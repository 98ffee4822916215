"""What is decided: a table for each phase, and what holds in every state that there is."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.rollouts.decide import Action, decide
from sluice.rollouts.plan import AtTheLimit, Gate, GateKind
from sluice.rollouts.state import CLOSED, Phase, RolloutState, Wish
from sluice.rollouts.verdict import Judgement, Verdict
from tests.unit.rollouts.rollout_builders import (
    BAKE_SECONDS,
    FINAL_SECONDS,
    LIMIT_SECONDS,
    NOW,
    PLAN,
    a_rollout,
    verdicts,
)

OPEN = tuple(it for it in Phase if it not in CLOSED)
PASS, FAIL, INCONCLUSIVE, NO_DATA = Verdict
PASSED = verdicts(PASS, PASS)
LAST = len(PLAN.steps) - 1
ROLLS_BACK = replace(PLAN, at_the_limit=AtTheLimit.ROLL_BACK)


def gated(*gates: Gate, at_the_limit: AtTheLimit = AtTheLimit.ASK) -> dict[str, Any]:
    return {"plan": replace(PLAN, gates=gates, at_the_limit=at_the_limit)}


def decided(state: RolloutState, judgements: tuple[Judgement, ...]) -> tuple[Action, int]:
    decision = decide(state, judgements, now=NOW)
    assert all(decision.reasons)
    return decision.action, decision.weight_bps


APPROVAL_FIRST = Gate(GateKind.APPROVAL, before_step=0, approvals=2)
HOOK_SECOND = Gate(GateKind.HOOK, before_step=1, hook="smoke")
APPROVAL_LAST = Gate(GateKind.APPROVAL, before_step=3)


@pytest.mark.parametrize(
    ("state", "judgements", "expected"),
    [
        (a_rollout(Phase.PREPARING), (), (Action.ADVANCE, 500)),
        (a_rollout(Phase.PREPARING, is_paused=True), (), (Action.HOLD, 0)),
        (a_rollout(Phase.PREPARING, wish=Wish.ABORT), (), (Action.ROLL_BACK, 0)),
        (a_rollout(Phase.PREPARING, wish=Wish.PROMOTE), (), (Action.PROMOTE, 10_000)),
        (a_rollout(Phase.PREPARING, **gated(APPROVAL_FIRST)), (), (Action.ASK, 0)),
        (a_rollout(Phase.PREPARING, gates_passed=(0,), **gated(APPROVAL_FIRST)), (), (Action.ADVANCE, 500)),
        (a_rollout(Phase.PREPARING, **gated(HOOK_SECOND)), (), (Action.ADVANCE, 500)),
        (a_rollout(Phase.PREPARING, wish=Wish.PROMOTE, **gated(HOOK_SECOND)), (), (Action.ASK, 0)),
        (a_rollout(Phase.PREPARING), verdicts(FAIL), (Action.ROLL_BACK, 0)),
    ],
)
def test_before_any_traffic(
    state: RolloutState, judgements: tuple[Judgement, ...], expected: tuple[Action, int]
) -> None:
    assert decided(state, judgements) == expected


@pytest.mark.parametrize(
    ("state", "judgements", "expected"),
    [
        (a_rollout(step=0), PASSED, (Action.ADVANCE, 2_500)),
        (a_rollout(step=1), PASSED, (Action.ADVANCE, 5_000)),
        (a_rollout(step=LAST), PASSED, (Action.PROMOTE, 10_000)),
        (a_rollout(step=0, baked=BAKE_SECONDS - 1), PASSED, (Action.HOLD, 500)),
        (a_rollout(step=0, baked=-5), PASSED, (Action.HOLD, 500)),
        (a_rollout(step=0), verdicts(PASS, INCONCLUSIVE), (Action.HOLD, 500)),
        (a_rollout(step=0), verdicts(NO_DATA, PASS), (Action.HOLD, 500)),
        (a_rollout(step=0), verdicts(PASS), (Action.HOLD, 500)),
        (a_rollout(step=0), (), (Action.HOLD, 500)),
        (a_rollout(step=0, is_paused=True), PASSED, (Action.HOLD, 500)),
        (a_rollout(step=0, baked=LIMIT_SECONDS), PASSED, (Action.ADVANCE, 2_500)),
        (a_rollout(step=0, baked=LIMIT_SECONDS - 1), verdicts(PASS, NO_DATA), (Action.HOLD, 500)),
        (a_rollout(step=0, baked=LIMIT_SECONDS), verdicts(PASS, NO_DATA), (Action.ASK, 500)),
        (a_rollout(step=0, baked=LIMIT_SECONDS, plan=ROLLS_BACK), verdicts(PASS, NO_DATA), (Action.ROLL_BACK, 0)),
        (a_rollout(step=0, baked=LIMIT_SECONDS, plan=ROLLS_BACK), (), (Action.ROLL_BACK, 0)),
        (a_rollout(step=0, wish=Wish.PROMOTE, baked=0), verdicts(NO_DATA, NO_DATA), (Action.PROMOTE, 10_000)),
        (a_rollout(step=0, wish=Wish.PROMOTE, is_paused=True), (), (Action.PROMOTE, 10_000)),
        (a_rollout(step=0, wish=Wish.PROMOTE, **gated(APPROVAL_LAST)), PASSED, (Action.ASK, 500)),
        (a_rollout(step=0, wish=Wish.ABORT), PASSED, (Action.ROLL_BACK, 0)),
        (a_rollout(step=0, **gated(HOOK_SECOND)), PASSED, (Action.ASK, 500)),
        (a_rollout(step=0, **gated(HOOK_SECOND)), verdicts(PASS, INCONCLUSIVE), (Action.HOLD, 500)),
        (a_rollout(step=0, gates_passed=(0,), **gated(HOOK_SECOND)), PASSED, (Action.ADVANCE, 2_500)),
        (a_rollout(step=0, **gated(APPROVAL_LAST)), PASSED, (Action.ADVANCE, 2_500)),
        (a_rollout(step=LAST, **gated(APPROVAL_LAST)), PASSED, (Action.ASK, 5_000)),
        (a_rollout(step=1, **gated(HOOK_SECOND)), PASSED, (Action.ASK, 2_500)),
        (a_rollout(step=0, baked=LIMIT_SECONDS, **gated(HOOK_SECOND)), PASSED, (Action.ASK, 500)),
        (
            a_rollout(step=0, baked=LIMIT_SECONDS, **gated(HOOK_SECOND, at_the_limit=AtTheLimit.ROLL_BACK)),
            PASSED,
            (Action.ROLL_BACK, 0),
        ),
    ],
)
def test_while_a_step_bakes(
    state: RolloutState, judgements: tuple[Judgement, ...], expected: tuple[Action, int]
) -> None:
    assert decided(state, judgements) == expected


@pytest.mark.parametrize(
    ("state", "judgements", "expected"),
    [
        (a_rollout(Phase.BAKING, step=LAST, baked=FINAL_SECONDS - 1), PASSED, (Action.HOLD, 10_000)),
        (a_rollout(Phase.BAKING, step=LAST, baked=FINAL_SECONDS), verdicts(NO_DATA), (Action.CLOSE, 10_000)),
        (a_rollout(Phase.BAKING, step=LAST, baked=FINAL_SECONDS, is_paused=True), PASSED, (Action.HOLD, 10_000)),
        (a_rollout(Phase.BAKING, step=LAST, wish=Wish.PROMOTE, baked=0), PASSED, (Action.HOLD, 10_000)),
        (a_rollout(Phase.BAKING, step=LAST, wish=Wish.ROLL_BACK), PASSED, (Action.ROLL_BACK, 0)),
        (a_rollout(Phase.BAKING, step=LAST), verdicts(PASS, FAIL), (Action.ROLL_BACK, 0)),
    ],
)
def test_while_the_promoted_release_bakes(
    state: RolloutState, judgements: tuple[Judgement, ...], expected: tuple[Action, int]
) -> None:
    assert decided(state, judgements) == expected


@pytest.mark.parametrize("phase", sorted(CLOSED))
@pytest.mark.parametrize("wish", Wish)
@pytest.mark.parametrize("judgements", [PASSED, verdicts(FAIL), ()])
def test_a_closed_rollout_is_left_alone(phase: Phase, wish: Wish, judgements: tuple[Judgement, ...]) -> None:
    closed = a_rollout(phase, wish=wish, baked=LIMIT_SECONDS, weight_bps=2_500)

    assert decided(closed, judgements) == (Action.HOLD, 2_500)


@pytest.mark.parametrize(("phase", "step"), [(Phase.PREPARING, 0), (Phase.STEPPING, 1), (Phase.BAKING, LAST)])
@pytest.mark.parametrize("wish", Wish)
def test_a_breach_rolls_back_whatever_else_is_so(phase: Phase, step: int, wish: Wish) -> None:
    for baked, is_paused, beside in product((0, BAKE_SECONDS, LIMIT_SECONDS), (True, False), Verdict):
        state = a_rollout(phase, step=step, baked=baked, wish=wish, is_paused=is_paused)

        assert decided(state, verdicts(beside, FAIL)) == (Action.ROLL_BACK, 0)


def test_the_reason_of_a_breach_names_every_guardrail_that_failed() -> None:
    decision = decide(a_rollout(), verdicts(FAIL, FAIL), now=NOW)

    assert decision.reasons == ("errors: it is FAIL", "slow: it is FAIL")


def test_a_guardrail_that_nobody_judged_is_named() -> None:
    assert decide(a_rollout(), verdicts(PASS), now=NOW).reasons == ("slow: not judged",)


def test_the_limit_says_what_it_still_waits_for() -> None:
    late = decide(a_rollout(baked=LIMIT_SECONDS), verdicts(PASS, INCONCLUSIVE), now=NOW)

    assert late.reasons == (f"it did not get further within {LIMIT_SECONDS} s", "slow: it is INCONCLUSIVE")


@pytest.mark.parametrize(
    ("gate", "reason"),
    [
        (APPROVAL_FIRST, "it waits for 2 approval(s)"),
        (Gate(GateKind.HOOK, 0, hook="smoke"), "it waits for smoke"),
        (Gate(GateKind.SHADOW, 0), "it waits for the comparison of copies"),
    ],
)
def test_what_it_asks_for_is_named_with_the_gates_position(gate: Gate, reason: str) -> None:
    passed_before = Gate(GateKind.APPROVAL, 0)
    state = a_rollout(Phase.PREPARING, gates_passed=(0,), **gated(passed_before, gate))
    decision = decide(state, (), now=NOW)

    assert (decision.reasons, decision.gate) == ((reason,), 1)


def test_gates_are_asked_in_the_order_of_the_steps_wherever_they_are_written() -> None:
    state = a_rollout(Phase.PREPARING, wish=Wish.PROMOTE, **gated(APPROVAL_LAST, APPROVAL_FIRST))

    assert decide(state, (), now=NOW).gate == 1


@st.composite
def rollouts(draw: st.DrawFn) -> RolloutState:
    phase = draw(st.sampled_from(Phase))
    kinds = st.sampled_from([APPROVAL_FIRST, HOOK_SECOND, APPROVAL_LAST])
    gates = tuple(draw(st.lists(kinds, max_size=3)))
    return a_rollout(
        phase,
        step=draw(st.integers(0, LAST)),
        baked=draw(st.integers(-100, 2 * LIMIT_SECONDS)),
        plan=replace(PLAN, gates=gates, at_the_limit=draw(st.sampled_from(AtTheLimit))),
        wish=draw(st.sampled_from(Wish)),
        is_paused=draw(st.booleans()),
        gates_passed=tuple(draw(st.sets(st.integers(0, 2)))),
    )


JUDGEMENTS = st.lists(
    st.builds(Judgement, st.sampled_from(["errors", "slow", "another"]), st.sampled_from(Verdict), st.just("so")),
    max_size=4,
).map(tuple)


@given(rollouts(), JUDGEMENTS)
def test_weights_only_move_along_the_plan(state: RolloutState, judgements: tuple[Judgement, ...]) -> None:
    action, weight_bps = decided(state, judgements)
    after = {Phase.PREPARING: 0, Phase.STEPPING: state.step + 1}.get(state.phase, len(PLAN.steps))
    allowed = {
        Action.ROLL_BACK: {0},
        Action.HOLD: {state.weight_bps},
        Action.ASK: {state.weight_bps},
        Action.ADVANCE: {it.weight_bps for it in PLAN.steps[after : after + 1]},
        Action.PROMOTE: {10_000},
        Action.CLOSE: {10_000},
    }

    assert weight_bps in allowed[action]


@given(rollouts(), JUDGEMENTS)
def test_a_failure_always_rolls_back_what_is_open(state: RolloutState, judgements: tuple[Judgement, ...]) -> None:
    failed = (*judgements, Judgement("errors", Verdict.FAIL, "it is worse"))

    assert decide(state, failed, now=NOW).action is (Action.HOLD if state.is_closed else Action.ROLL_BACK)


@given(rollouts(), JUDGEMENTS, st.sampled_from([NO_DATA, INCONCLUSIVE, None]))
def test_without_a_pass_of_every_guardrail_only_a_person_gets_a_step_further(
    state: RolloutState, judgements: tuple[Judgement, ...], of_errors: Verdict | None
) -> None:
    others = tuple(it for it in judgements if it.guardrail != "errors")
    known = others if of_errors is None else (*others, Judgement("errors", of_errors, "so"))
    action, _ = decided(state, known)

    if state.phase is Phase.STEPPING and state.wish is not Wish.PROMOTE:
        assert action not in (Action.ADVANCE, Action.PROMOTE, Action.CLOSE)


@given(rollouts(), JUDGEMENTS)
def test_no_gate_is_ever_skipped(state: RolloutState, judgements: tuple[Judgement, ...]) -> None:
    action, weight_bps = decided(state, judgements)

    if action in (Action.ADVANCE, Action.PROMOTE):
        weights = [it.weight_bps for it in PLAN.steps]
        step = weights.index(weight_bps) if action is Action.ADVANCE else len(weights)
        before = {at for at, gate in enumerate(state.plan.gates) if gate.before_step <= step}
        assert before <= set(state.gates_passed)


@given(rollouts(), JUDGEMENTS)
def test_nobody_stays_at_a_part_of_the_traffic_unasked(state: RolloutState, judgements: tuple[Judgement, ...]) -> None:
    late = decide(state, judgements, now=NOW + timedelta(seconds=3 * LIMIT_SECONDS))

    if state.phase is Phase.STEPPING and not state.is_paused:
        assert late.action is not Action.HOLD
