"""Each function as its environment declares it."""

from collections.abc import Mapping

import pytest

from functions.control.settings import ControlSettings
from functions.deployment.settings import DeploymentSettings
from functions.environment_settings import EnvironmentSettings
from functions.failsafe.settings import FailsafeSettings
from functions.inference.settings import InferenceSettings
from functions.outcomes.settings import DeliverySettings, OutcomesSettings
from functions.rollout_steps.settings import RolloutStepsSettings
from infra.declarations.environment import Environment
from infra.declarations.model import SnapStart
from infra.environments import DEV, PROD
from tests.infra.conftest import Synthesise, Synthesised


def test_models_are_sized_as_declared(synthesised: Synthesised, environment: Environment) -> None:
    for model in environment.models:
        function = synthesised.functions[f"{environment.name}-inference-{model.name}"]
        assert (function["MemorySize"], function["Timeout"]) == (model.memory_mb, model.timeout_seconds)
        assert function.get("ReservedConcurrentExecutions") == model.reserved_concurrency
        wanted = {"ApplyOn": "PublishedVersions"} if isinstance(model.warmth, SnapStart) else None
        assert function.get("SnapStart") == wanted


def test_every_function_runs_on_the_declared_architecture_and_python(
    synthesised: Synthesised, environment: Environment
) -> None:
    for function in synthesised.functions.values():
        assert (function["Architectures"], function["Runtime"]) == ([environment.architecture], "python3.13")
    for layer in synthesised.properties("serving", "AWS::Lambda::LayerVersion"):
        assert layer["CompatibleArchitectures"] == [environment.architecture]


def test_provisioned_concurrency_never_sits_on_an_alias_that_takes_weights(
    all_synthesised: Mapping[str, Synthesised],
) -> None:
    prod = all_synthesised["prod"]

    for alias in prod.properties("serving", "AWS::Lambda::Alias"):
        assert "ProvisionedConcurrencyConfig" not in alias
    variables = prod.functions["prod-inference-breast-cancer"]["Environment"]["Variables"]
    assert variables["SLUICE_PROVISIONED_CONCURRENCY"] == "2"


def test_functions_read_the_environment_that_their_settings_wrote(synthesised: Synthesised) -> None:
    classes: dict[str, type[EnvironmentSettings]] = {
        "control": ControlSettings,
        "deployment": DeploymentSettings,
        "failsafe": FailsafeSettings,
        "outcomes": OutcomesSettings,
        "outcomes.delivery_handler": DeliverySettings,
        "rollout_steps": RolloutStepsSettings,
    }
    for name, function in synthesised.functions.items():
        variables = {key: str(value) for key, value in function["Environment"]["Variables"].items()}
        settings: EnvironmentSettings | InferenceSettings
        settings = (classes.get(name) or InferenceSettings).from_environment(variables)
        assert settings.to_environment().items() <= variables.items()


def test_a_new_function_has_no_release(synthesised: Synthesised, environment: Environment) -> None:
    for model in environment.models:
        variables = synthesised.functions[f"{environment.name}-inference-{model.name}"]["Environment"]["Variables"]
        assert "SLUICE_RELEASE" not in variables


def test_environments_in_one_account_share_no_metrics_and_no_names(
    all_synthesised: Mapping[str, Synthesised],
) -> None:
    names = [name for found in all_synthesised.values() for name in found.functions if "inference" in name]
    namespaces = {
        function["Environment"]["Variables"]["SLUICE_METRICS_NAMESPACE"]
        for found in all_synthesised.values()
        for name, function in found.functions.items()
        if "inference" in name
    }

    assert len(set(names)) == len(names)
    assert namespaces == {"Sluice/dev", "Sluice/staging", "Sluice/prod"}


def test_old_layers_may_go_but_old_function_versions_stay(synthesised: Synthesised) -> None:
    for version in synthesised.resources("serving", "AWS::Lambda::Version").values():
        assert (version["DeletionPolicy"], version["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_the_architecture_is_one_setting(architecture: str, synthesise: Synthesise) -> None:
    from infra.environments import environment_named

    found = synthesise(environment_named("dev", architecture=architecture))

    assert {function["Architectures"][0] for function in found.functions.values()} == {architecture}


def test_logs_are_kept_as_long_as_declared_and_no_longer(synthesised: Synthesised, environment: Environment) -> None:
    groups = [group for name in synthesised.templates for group in synthesised.properties(name, "AWS::Logs::LogGroup")]

    assert groups
    assert {group["RetentionInDays"] for group in groups} == {environment.data.retention.logs_days}
    if environment.data.customer_keys:
        assert all("KmsKeyId" in group for group in groups)


def test_every_function_logs_where_it_is_told(synthesised: Synthesised) -> None:
    assert all("LogGroup" in function["LoggingConfig"] for function in synthesised.functions.values())


def test_dev_and_prod_differ_where_it_matters() -> None:
    assert (DEV.shifts_on_deploy, PROD.shifts_on_deploy) == (True, False)
    assert (DEV.data.protected, PROD.data.protected) == (False, True)
