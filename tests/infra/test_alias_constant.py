"""No deployment touches a model's alias: nothing that it depends on can change (ADR 10)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.declarations.environment import Architecture, Environment
from infra.declarations.model import ModelSettings, ProvisionedConcurrency, SnapStart
from infra.environments import DEV
from tests.infra.conftest import Synthesise, Synthesised, some_assets

Change = Callable[[Environment], Environment]


def of_every_model(**changes: Any) -> Change:
    def change(environment: Environment) -> Environment:
        models: tuple[ModelSettings, ...] = tuple(replace(model, **changes) for model in environment.models)
        return replace(environment, models=models)

    return change


CHANGES: dict[str, Change] = {
    "memory": of_every_model(memory_mb=3_008),
    "timeout": of_every_model(timeout_seconds=7),
    "snapshots": of_every_model(warmth=SnapStart()),
    "warm environments": of_every_model(warmth=ProvisionedConcurrency(3)),
    "reserved concurrency": of_every_model(reserved_concurrency=9),
    "owner": of_every_model(owner="someone else"),
    "architecture": lambda it: replace(it, architecture=Architecture.X86_64),
    "leave to shift": lambda it: replace(it, shifts_on_deploy=not it.shifts_on_deploy),
    "experiments": lambda it: replace(it, experiments=replace(it.experiments, unit_state_budget_ms=80)),
    "another model": lambda it: replace(it, models=(*it.models, ModelSettings("new", owner="me"))),
    "retention": lambda it: replace(it, data=replace(it.data, retention=replace(it.data.retention, logs_days=14))),
}


def routing(found: Synthesised) -> dict[str, Any]:
    """Everything that decides where a model's alias stands, by logical id."""
    serving = found.templates["serving"]["Resources"]
    aliases = {id_: it for id_, it in serving.items() if it["Type"] == "AWS::Lambda::Alias"}
    live = {id_: it for id_, it in aliases.items() if it["Properties"]["Name"] == "live"}
    versions = {it["Properties"]["FunctionVersion"]["Fn::GetAtt"][0] for it in live.values()}
    return live | {id_: serving[id_] for id_ in versions}


@pytest.fixture(scope="module")
def before(synthesise: Synthesise) -> dict[str, Any]:
    return routing(synthesise(DEV))


def test_every_model_has_one(before: Mapping[str, Any]) -> None:
    assert len(before) == 2 * len(DEV.models)


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_setting_changes_nothing_of_it(
    change: str, before: Mapping[str, Any], synthesise: Synthesise
) -> None:
    after = routing(synthesise(CHANGES[change](DEV)))

    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize("changed", ["functions/inference", "layers/arm64/onnx", "layers/arm64/runtime"])
def test_changed_code_changes_nothing_of_it(
    changed: str, before: Mapping[str, Any], synthesise: Synthesise, tmp_path: Path
) -> None:
    assert routing(synthesise(DEV, some_assets(tmp_path, changed))) == before


def test_it_refers_to_the_function_and_its_first_version_and_to_nothing_else(synthesised: Synthesised) -> None:
    found = routing(synthesised)
    for resource in found.values():
        assert resource.get("DependsOn", []) == []
        if resource["Type"] == "AWS::Lambda::Version":
            assert list(resource["Properties"]) == ["FunctionName"]
            assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")
        else:
            assert set(resource["Properties"]) == {"FunctionName", "FunctionVersion", "Name"}


def test_the_function_of_a_model_is_never_replaced_by_a_setting(synthesise: Synthesise) -> None:
    names = {
        change: {name for name in synthesise(apply(DEV)).functions if "inference" in name}
        for change, apply in CHANGES.items()
    }

    assert all({"dev-inference-breast-cancer", "dev-inference-wine"} <= found for found in names.values())
