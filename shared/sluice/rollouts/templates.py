"""Plans to begin with: by the risk of the model, and shorter where no customer is hurt.

| | steps | each bakes | gates | last bake | at the limit |
|---|---|---|---|---|---|
| low | 5, 25, 50 % | 30 min | none | 1 h | asks |
| high | 1, 5, 10, 25, 50 % | 2 h | two people before the first step and before the promotion | 12 h | rolls back |
| rehearsal of either | as above | 2 min | as above, one person | 5 min | as above |

Every plan watches errors (never more than 5 % of requests, whatever the stable side does), the 99th percentile of warm
requests, answers that are no finite numbers, and cost; and the distribution of an output, where one is named.
"""

from dataclasses import replace

from sluice.catalog.model import RiskTier
from sluice.rollouts.guardrail import Guardrail, GuardrailKind
from sluice.rollouts.plan import AtTheLimit, Gate, GateKind, Plan, Step

_MINUTE, _HOUR = 60, 3_600

_GUARDRAILS = (
    Guardrail("errors", GuardrailKind.ERRORS, absolute=0.05),
    Guardrail("slow", GuardrailKind.SLOW, quantile_bps=9_900, floor=1.5),
    Guardrail("data-quality", GuardrailKind.DATA_QUALITY),
    Guardrail("cost", GuardrailKind.COST, floor=1.2),
)


def plan_template(tier: RiskTier, *, is_rehearsal: bool = False, output: str = "") -> Plan:
    """The plan of a tier. A rehearsal is for environments without customers; `output` has frozen bins."""
    plan = _low() if tier is RiskTier.LOW else _high()
    if output:
        watched = Guardrail("predictions", GuardrailKind.DISTRIBUTION, metric=output, minimum_requests=500)
        plan = replace(plan, guardrails=(*plan.guardrails, watched))
    return _shortened(plan) if is_rehearsal else plan


def _low() -> Plan:
    steps = (Step(weight, 30 * _MINUTE, 24 * _HOUR, minimum_requests=500) for weight in (500, 2_500, 5_000))
    return Plan("low", tuple(steps), _GUARDRAILS, final_bake_seconds=_HOUR)


def _high() -> Plan:
    weights = (100, 500, 1_000, 2_500, 5_000)
    steps = tuple(Step(weight, 2 * _HOUR, 24 * _HOUR, minimum_requests=2_000) for weight in weights)
    return Plan(
        "high",
        steps,
        _GUARDRAILS,
        gates=tuple(Gate(GateKind.APPROVAL, at, approvals=2) for at in (0, len(steps))),
        final_bake_seconds=12 * _HOUR,
        at_the_limit=AtTheLimit.ROLL_BACK,
    )


def _shortened(plan: Plan) -> Plan:
    return replace(
        plan,
        name=f"{plan.name}-rehearsal",
        steps=tuple(Step(it.weight_bps, 2 * _MINUTE, 30 * _MINUTE, minimum_requests=50) for it in plan.steps),
        guardrails=tuple(replace(it, minimum_requests=50) for it in plan.guardrails),
        gates=tuple(replace(it, approvals=1) for it in plan.gates),
        final_bake_seconds=5 * _MINUTE,
    )
