"""The templates: what a tier asks for, and that their documents are plans."""

import pytest

from sluice.catalog.model import RiskTier
from sluice.rollouts.guardrail import GuardrailKind
from sluice.rollouts.plan import AtTheLimit, GateKind
from sluice.rollouts.plan_document import plan_from_document, plan_to_document
from sluice.rollouts.templates import plan_template


@pytest.mark.parametrize("tier", RiskTier)
@pytest.mark.parametrize("is_rehearsal", [True, False])
@pytest.mark.parametrize("output", ["", "label"])
def test_a_template_is_a_plan_that_can_be_written_down(tier: RiskTier, is_rehearsal: bool, output: str) -> None:
    plan = plan_template(tier, is_rehearsal=is_rehearsal, output=output)

    assert plan_from_document(plan_to_document(plan)) == plan
    assert any(it.kind is GuardrailKind.DISTRIBUTION for it in plan.guardrails) is bool(output)


def test_high_risk_takes_more_steps_more_time_and_two_people() -> None:
    low, high = plan_template(RiskTier.LOW), plan_template(RiskTier.HIGH)

    assert len(low.steps) == 3 < len(high.steps)
    assert high.steps[0].weight_bps < low.steps[0].weight_bps
    assert high.steps[0].bake_seconds > low.steps[0].bake_seconds
    assert high.final_bake_seconds > low.final_bake_seconds
    assert [(it.kind, it.before_step, it.approvals) for it in high.gates] == [
        (GateKind.APPROVAL, 0, 2),
        (GateKind.APPROVAL, len(high.steps), 2),
    ]
    assert not low.gates
    assert high.at_the_limit is AtTheLimit.ROLL_BACK


@pytest.mark.parametrize("tier", RiskTier)
def test_a_rehearsal_takes_the_same_steps_in_a_tenth_of_the_time(tier: RiskTier) -> None:
    plan, rehearsal = plan_template(tier), plan_template(tier, is_rehearsal=True)

    assert [it.weight_bps for it in rehearsal.steps] == [it.weight_bps for it in plan.steps]
    assert sum(it.bake_seconds for it in rehearsal.steps) * 10 < sum(it.bake_seconds for it in plan.steps)
    assert [it.before_step for it in rehearsal.gates] == [it.before_step for it in plan.gates]
