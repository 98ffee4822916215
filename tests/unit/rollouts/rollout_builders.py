"""A rollout in any state, and verdicts on it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sluice.rollouts.guardrail import Guardrail, GuardrailKind
from sluice.rollouts.plan import Gate, GateKind, Plan, Step
from sluice.rollouts.state import Phase, RolloutState
from sluice.rollouts.verdict import Judgement, Verdict

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
BAKE_SECONDS, LIMIT_SECONDS, FINAL_SECONDS = 300, 3_600, 600
ERRORS = Guardrail("errors", GuardrailKind.ERRORS)
SLOW = Guardrail("slow", GuardrailKind.SLOW)
APPROVAL = Gate(GateKind.APPROVAL, before_step=0)

PLAN = Plan(
    "three",
    tuple(Step(weight, BAKE_SECONDS, LIMIT_SECONDS) for weight in (500, 2_500, 5_000)),
    (ERRORS, SLOW),
    final_bake_seconds=FINAL_SECONDS,
)


def a_rollout(
    phase: Phase = Phase.STEPPING, *, step: int = 0, baked: float = BAKE_SECONDS, **facts: Any
) -> RolloutState:
    """`baked` seconds of its step are over; `plan` members are given as a plan."""
    plan = facts.pop("plan", PLAN)
    weights = {Phase.PREPARING: 0, Phase.STEPPING: plan.steps[step].weight_bps, Phase.BAKING: 10_000}
    state = RolloutState(
        rollout_id="r-1",
        model="digits",
        plan=plan,
        stable_version="1",
        candidate_version="2",
        stable_release=1,
        candidate_release=2,
        artefact_digest="sha256:0",
        started_by="ann",
        why="a test",
        started_at=NOW,
        phase=phase,
        step=-1 if phase is Phase.PREPARING else step,
        step_started_at=None if phase is Phase.PREPARING else NOW - timedelta(seconds=baked),
        weight_bps=weights.get(phase, 0),
    )
    return replace(state, **facts)


def verdicts(*of_each: Verdict) -> tuple[Judgement, ...]:
    """On the plan's guardrails, in their order."""
    return tuple(
        Judgement(it.key, verdict, f"it is {verdict}") for it, verdict in zip((ERRORS, SLOW), of_each, strict=False)
    )
