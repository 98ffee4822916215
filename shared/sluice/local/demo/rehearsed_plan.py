"""The plan of a rehearsal: ten hours from the first step to the end of the last bake."""

from sluice.rollouts.guardrail import Guardrail, GuardrailKind
from sluice.rollouts.plan import Plan, Step

_HOUR = 3600
LABEL = "label"
"""Whose manifest has a bin for each of ten digits."""


def rehearsed_plan() -> Plan:
    """A tenth of the traffic, then a quarter, then half of it, and three hours of all of it."""
    return Plan(
        name="rehearsal",
        steps=(
            Step(1_000, bake_seconds=2 * _HOUR, wait_limit_seconds=6 * _HOUR, minimum_requests=50),
            Step(2_500, bake_seconds=2 * _HOUR, wait_limit_seconds=6 * _HOUR, minimum_requests=100),
            Step(5_000, bake_seconds=3 * _HOUR, wait_limit_seconds=6 * _HOUR, minimum_requests=100),
        ),
        guardrails=(
            Guardrail("errors", GuardrailKind.ERRORS, minimum_requests=50),
            Guardrail("slow", GuardrailKind.SLOW, quantile_bps=9_900, minimum_requests=50),
            Guardrail("labels", GuardrailKind.DISTRIBUTION, metric=LABEL, minimum_requests=50),
            Guardrail("data-quality", GuardrailKind.DATA_QUALITY, minimum_requests=50),
        ),
        final_bake_seconds=3 * _HOUR,
    )
