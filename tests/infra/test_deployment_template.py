"""Deployment steps: what starts them, in which order they run, and that every change of a function starts them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.declarations.environment import Environment
from infra.environments import DEV
from tests.infra.conftest import Synthesise, Synthesised, some_assets
from tests.infra.test_alias_constant import CHANGES

MODEL = "dev-inference-breast-cancer"
# What AWS keeps with the function, and not with its versions.
OF_THE_FUNCTION = {"ReservedConcurrentExecutions", "Tags"}


def steps(found: Synthesised, kind: str) -> dict[str, dict[str, Any]]:
    """By model."""
    resources = found.resources("serving", kind).values()
    return {each["Properties"]["Model"]: each for each in resources}


def versioned(function: Mapping[str, Any]) -> dict[str, Any]:
    variables = {**function["Environment"]["Variables"]}
    variables.pop("SLUICE_DEPLOYMENT")
    return {**function, "Environment": variables} | dict.fromkeys(OF_THE_FUNCTION)


def test_every_model_is_guarded_before_its_function_is_touched_and_carried_over_after(
    synthesised: Synthesised, environment: Environment
) -> None:
    guards = synthesised.resources("serving", "Custom::SluiceDeploymentGuard")
    functions = synthesised.resources("serving", "AWS::Lambda::Function")
    carry_overs = steps(synthesised, "Custom::SluiceReleaseCarryOver")
    for guard_id, guard in guards.items():
        model = guard["Properties"]["Model"]
        name = f"{environment.function_prefix}inference-{model}"
        [(function_id, function)] = [
            (id_, it) for id_, it in functions.items() if it["Properties"].get("FunctionName") == name
        ]
        assert guard_id in function["DependsOn"]
        assert function_id in carry_overs[model]["DependsOn"]
    assert set(carry_overs) == {model.name for model in environment.models}


def test_a_guard_waits_for_the_policy_that_lets_it_look(synthesised: Synthesised) -> None:
    policies = synthesised.resources("serving", "AWS::IAM::Policy")
    for guard in synthesised.resources("serving", "Custom::SluiceDeploymentGuard").values():
        assert any(each in policies for each in guard["DependsOn"])


def test_a_stack_that_hears_nothing_gives_up_soon(synthesised: Synthesised) -> None:
    for kind in ("Custom::SluiceDeploymentGuard", "Custom::SluiceReleaseCarryOver"):
        assert {each["Properties"]["ServiceTimeout"] for each in steps(synthesised, kind).values()} == {"660"}


def test_traffic_shifts_by_itself_in_dev_alone(all_synthesised: Mapping[str, Synthesised]) -> None:
    shifts = {
        name: {each["Properties"]["Shift"] for each in steps(found, "Custom::SluiceReleaseCarryOver").values()}
        for name, found in all_synthesised.items()
    }

    assert shifts == {"dev": {"true"}, "staging": {"false"}, "prod": {"false"}}


def test_the_steps_and_the_function_name_the_same_deployment(synthesised: Synthesised) -> None:
    for kind in ("Custom::SluiceDeploymentGuard", "Custom::SluiceReleaseCarryOver"):
        for model, step in steps(synthesised, kind).items():
            [function] = [it for name, it in synthesised.functions.items() if name.endswith(f"-inference-{model}")]
            assert step["Properties"]["Deployment"] == function["Environment"]["Variables"]["SLUICE_DEPLOYMENT"]


@pytest.mark.parametrize("change", CHANGES)
def test_the_fingerprint_changes_exactly_when_a_function_version_would(change: str, synthesise: Synthesise) -> None:
    before = synthesise(DEV).functions[MODEL]
    after = synthesise(CHANGES[change](DEV)).functions[MODEL]

    same_version = versioned(before) == versioned(after)
    assert (deployment_of(before) == deployment_of(after)) is same_version


@pytest.mark.parametrize("changed", ["functions/inference", "layers/arm64/onnx", "layers/arm64/runtime"])
def test_changed_code_and_changed_layers_are_another_deployment(
    changed: str, synthesise: Synthesise, tmp_path: Path
) -> None:
    before = synthesise(DEV).functions[MODEL]
    after = synthesise(DEV, some_assets(tmp_path, changed)).functions[MODEL]

    assert deployment_of(before) != deployment_of(after)


def test_the_same_input_is_the_same_deployment(synthesise: Synthesise, tmp_path: Path) -> None:
    again = synthesise(replace(DEV), some_assets(tmp_path))

    assert deployment_of(again.functions[MODEL]) == deployment_of(synthesise(DEV).functions[MODEL])


def deployment_of(function: Mapping[str, Any]) -> str:
    deployment: str = function["Environment"]["Variables"]["SLUICE_DEPLOYMENT"]
    return deployment
