"""Plans as documents: they come back as they were, and what breaks a rule is named by its path."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from sluice.catalog.manifest_yaml import parse_yaml
from sluice.catalog.yaml_writing import to_yaml
from sluice.errors import InvalidDefinition
from sluice.rollouts.guardrail import Guardrail, GuardrailKind
from sluice.rollouts.plan import AtTheLimit, Gate, GateKind, Plan, Step
from sluice.rollouts.plan_document import plan_from_document, plan_to_document
from tests.unit.rollouts.plan_strategies import plans

A_DOCUMENT: dict[str, Any] = {
    "name": "careful",
    "steps": [
        {"weight_bps": 500, "bake_seconds": 1_800, "wait_limit_seconds": 86_400, "minimum_requests": 500},
        {"weight_bps": 5_000, "bake_seconds": 1_800, "wait_limit_seconds": 86_400},
    ],
    "guardrails": [
        {"key": "errors", "kind": "errors", "absolute": 0.05, "alpha": 0.01},
        {"key": "slow", "kind": "slow", "floor": 2, "quantile_bps": 9_500},
        {"key": "cold", "kind": "cold", "ratio_bound": None, "absolute": 0.5, "minimum_requests": 5},
        {"key": "score", "kind": "mean", "metric": "score", "worse_is": "either"},
    ],
    "gates": [{"kind": "approval", "before_step": 0, "approvals": 2}, {"kind": "hook", "before_step": 2, "hook": "go"}],
    "at_the_limit": "roll_back",
}


def test_a_document_becomes_a_plan() -> None:
    plan = plan_from_document(A_DOCUMENT)

    assert plan.steps == (Step(500, 1_800, 86_400, 500), Step(5_000, 1_800, 86_400, 100))
    assert plan.guardrails[0] == Guardrail("errors", GuardrailKind.ERRORS, absolute=0.05, alpha=0.01)
    assert plan.guardrails[1].floor == 2.0
    assert plan.guardrails[2].ratio_bound is None
    assert plan.gates == (Gate(GateKind.APPROVAL, 0, 2), Gate(GateKind.HOOK, 2, hook="go"))
    assert plan.at_the_limit is AtTheLimit.ROLL_BACK
    assert plan.final_bake_seconds == 600


@given(plans())
def test_a_plan_comes_back_from_json_and_from_yaml(plan: Plan) -> None:
    document = plan_to_document(plan)

    assert plan_from_document(json.loads(json.dumps(document))) == plan
    assert plan_from_document(parse_yaml(to_yaml(document))) == plan


def test_the_plan_of_the_documentation_is_one() -> None:
    text = Path("docs/rollouts.md").read_text().split("```yaml\n")[1].split("```")[0]

    assert plan_from_document(parse_yaml(text)).name == "careful"


def changed(path: str, value: Any) -> dict[str, Any]:
    """The document with one member set, or taken away where the value is ...; a path is of names and positions."""
    document: Any = deepcopy(A_DOCUMENT)
    *places, last = [int(it) if it.isdigit() else it for it in path.split(".")]
    member = document
    for place in places:
        member = member[place]
    if value is ...:
        del member[last]
    else:
        member[last] = value
    return document  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("name", ..., "name"),
        ("name", 7, "name"),
        ("name", "Not a key", "name"),
        ("names", "x", "names"),
        ("steps", ..., "steps"),
        ("steps", [], "steps"),
        ("steps", {}, "steps"),
        ("steps.0", 5, "steps[0]"),
        ("steps.0.weight_bps", 500.0, "steps[0].weight_bps"),
        ("steps.0.weight_bps", True, "steps[0].weight_bps"),
        ("steps.0.weight_bps", 0, "steps[0].weight_bps"),
        ("steps.1.weight_bps", 500, "steps[1].weight_bps"),
        ("steps.1.weight_bps", 10_000, "steps[1].weight_bps"),
        ("steps.0.bake_seconds", 59, "steps[0].bake_seconds"),
        ("steps.0.wait_limit_seconds", 60, "steps[0].bake_seconds"),
        ("steps.0.wait_limit_seconds", ..., "steps[0].wait_limit_seconds"),
        ("steps.0.minimum_requests", 0, "steps[0].minimum_requests"),
        ("steps.0.bake", 60, "steps[0].bake"),
        ("guardrails", [], "guardrails"),
        ("guardrails.1.key", "errors", "guardrails"),
        ("guardrails.0.key", "E", "guardrails[0].key"),
        ("guardrails.0.kind", "mistakes", "guardrails[0].kind"),
        ("guardrails.0.kind", ..., "guardrails[0].kind"),
        ("guardrails.0.alpha", 0, "guardrails[0].alpha"),
        ("guardrails.0.alpha", "0.05", "guardrails[0].alpha"),
        ("guardrails.0.alpha", None, "guardrails[0].alpha"),
        ("guardrails.0.alpha", True, "guardrails[0].alpha"),
        ("guardrails.0.absolute", 1.5, "guardrails[0].absolute"),
        ("guardrails.0.absolute", float("nan"), "guardrails[0].absolute"),
        ("guardrails.0.ratio_bound", 0, "guardrails[0].ratio_bound"),
        ("guardrails.0.ratio_bound", float("inf"), "guardrails[0].ratio_bound"),
        ("guardrails.2.absolute", None, "guardrails[2].ratio_bound"),
        ("guardrails.0.floor", 0.9, "guardrails[0].floor"),
        ("guardrails.0.metric", "score", "guardrails[0].metric"),
        ("guardrails.3.metric", ..., "guardrails[3].metric"),
        ("guardrails.0.worse_is", "lower", "guardrails[0].worse_is"),
        ("guardrails.1.quantile_bps", 10_000, "guardrails[1].quantile_bps"),
        ("guardrails.0.minimum_requests", 0, "guardrails[0].minimum_requests"),
        ("guardrails.3.absolute", float("inf"), "guardrails[3].absolute"),
        ("guardrails.3.kind", "distribution", "guardrails[3].worse_is"),
        ("gates.0.before_step", 3, "gates[0].before_step"),
        ("gates.0.approvals", 0, "gates[0].approvals"),
        ("gates.0.hook", "f", "gates[0].hook"),
        ("gates.1.hook", "", "gates[1].hook"),
        ("gates.1.kind", "shadow", "gates[1].hook"),
        ("gates.0.kind", "vote", "gates[0].kind"),
        ("final_bake_seconds", -1, "final_bake_seconds"),
        ("at_the_limit", "wait", "at_the_limit"),
        ("warms_up", 1, "warms_up"),
    ],
)
def test_what_breaks_a_rule_is_named_by_its_path(path: str, value: Any, field: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        plan_from_document(changed(path, value))

    assert refused.value.field == field


@pytest.mark.parametrize(("ratio_bound", "absolute"), [(2.0, None), (1.0, 0.2), (None, 0.2)])
def test_a_distribution_is_compared_by_its_floor_alone(ratio_bound: float | None, absolute: float | None) -> None:
    with pytest.raises(InvalidDefinition, match="by its floor"):
        Guardrail("d", GuardrailKind.DISTRIBUTION, "label", ratio_bound=ratio_bound, absolute=absolute)


def test_a_shadow_gate_stands_before_the_first_step() -> None:
    document = changed("gates.1", {"kind": "shadow", "before_step": 1})

    with pytest.raises(InvalidDefinition, match=r"gates\[1\].before_step: copies are compared before the first step"):
        plan_from_document(document)


@pytest.mark.parametrize("document", [None, [], "careful"])
def test_what_is_no_mapping_is_no_plan(document: Any) -> None:
    with pytest.raises(InvalidDefinition, match="the plan: the document"):
        plan_from_document(document)


def test_a_plan_too_large_for_a_store_is_refused() -> None:
    many = [{"key": f"g{it}", "kind": "mean", "metric": "m" * 300} for it in range(80)]

    with pytest.raises(InvalidDefinition, match="bytes as JSON"):
        plan_from_document({**A_DOCUMENT, "guardrails": many})
