"""A declaration that AWS, or Sluice, could not carry out is refused when it is built, by the field's name."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.asset_folders import AssetFolders, AssetsMissing
from infra.context import choice_from
from infra.declarations.api import ApiKind, ApiSettings, CognitoAuth, JwtAuth, UsagePlan
from infra.declarations.environment import Architecture, DataSettings, Environment, Retention
from infra.declarations.model import ModelSettings, ProvisionedConcurrency
from infra.declarations.refusal import InvalidDeclaration
from infra.environments import DEV

MODEL = ModelSettings("churn", owner="growth")
JWT = JwtAuth("https://issuer.example.com", ("client",), control_scopes=("control",))

REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "a model's name that AWS takes and the registry does not": (lambda: ModelSettings("Churn", owner="me"), "name"),
    "a model that nobody answers for": (lambda: ModelSettings("churn", owner=" "), "owner"),
    "more memory than a function has": (lambda: replace(MODEL, memory_mb=20_000), "memory_mb"),
    "longer than the gateway waits": (lambda: replace(MODEL, timeout_seconds=30), "timeout_seconds"),
    "a reservation that a rollout would exceed": (
        lambda: replace(MODEL, warmth=ProvisionedConcurrency(3), reserved_concurrency=5),
        "reserved_concurrency",
    ),
    "no environment at all": (lambda: ProvisionedConcurrency(0), "environments"),
    "a JWT of nobody": (lambda: JwtAuth("https://issuer", (), control_scopes=("control",)), "audiences"),
    "a JWT from an open line": (lambda: replace(JWT, issuer="http://issuer"), "issuer"),
    "a JWT on a REST API": (lambda: ApiSettings(kind=ApiKind.REST, auth=JWT), "auth"),
    "a JWT that may predict and change alike": (lambda: replace(JWT, control_scopes=()), "control_scopes"),
    "a Cognito token without a scope for changes": (
        lambda: CognitoAuth("arn", ("predict",), control_scopes=()),
        "control_scopes",
    ),
    "Cognito on an HTTP API": (lambda: ApiSettings(auth=CognitoAuth("arn", control_scopes=("control",))), "auth"),
    "usage plans on an HTTP API": (lambda: ApiSettings(usage_plans=(UsagePlan("free", 1, 1, 1),)), "usage_plans"),
    "a web ACL on an HTTP API": (lambda: ApiSettings(web_acl_rate_per_5_minutes=100), "web_acl_rate_per_5_minutes"),
    "no requests at all": (lambda: ApiSettings(rate_rps=0), "rate_rps"),
    "log retention that CloudWatch does not have": (lambda: Retention(logs_days=42), "logs_days"),
    "a ledger that is kept for no time": (lambda: Retention(ledger_days=0), "ledger_days"),
    "a name that would not fit": (lambda: replace(DEV, name="my-environment"), "name"),
    "the same model twice": (lambda: replace(DEV, models=(MODEL, MODEL)), "models"),
    "no model": (lambda: replace(DEV, models=()), "models"),
    "keys of one's own without a region": (
        lambda: replace(DEV, data=DataSettings(customer_keys=True, protected=False)),
        "region",
    ),
}


@pytest.mark.parametrize("declared", REFUSED)
def test_it_is_refused_by_name(declared: str) -> None:
    build, field = REFUSED[declared]

    with pytest.raises(InvalidDeclaration) as caught:
        build()

    assert caught.value.field == field


def context(**given: Any) -> Callable[[str], Any]:
    return lambda name: given.get(name.replace("-", "_"))


def test_the_command_line_chooses_an_environment() -> None:
    choice = choice_from(context(env="staging"))

    assert (choice.environment.name, choice.assets) == ("staging", Path("build"))


def test_the_command_line_overrides_what_it_may() -> None:
    choice = choice_from(context(env="prod", architecture="x86_64", allow_shift="TRUE", assets="elsewhere"))

    assert choice.environment.architecture is Architecture.X86_64
    assert choice.environment.shifts_on_deploy is True
    assert choice.assets == Path("elsewhere")


@pytest.mark.parametrize("given", ["true", "false"])
def test_leave_to_shift_can_be_given_and_taken(given: str) -> None:
    assert choice_from(context(env="dev", allow_shift=given)).environment.shifts_on_deploy is (given == "true")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "env == None, must be one of dev, staging, prod"),
        ({"env": "moon"}, "env == 'moon'"),
        ({"env": "dev", "architecture": "sparc"}, "architecture == 'sparc', must be one of arm64, x86_64"),
        ({"env": "dev", "allow_shift": "perhaps"}, "allow-shift == 'perhaps', must be one of true, false"),
    ],
)
def test_what_it_may_not_say_is_named(given: dict[str, str], named: str) -> None:
    with pytest.raises(InvalidDeclaration, match=named):
        choice_from(context(**given))


def test_assets_that_were_not_built_say_how_to_build_them(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissing, match="make assets ARCH=arm64"):
        AssetFolders(tmp_path, Architecture.ARM64).layer("onnx")


def test_functions_of_two_environments_never_share_a_name() -> None:
    longest = Environment("environments"[:12], DEV.data, DEV.api, (ModelSettings("m" * 40, owner="me"),), True)

    assert len(f"{longest.function_prefix}inference-{longest.models[0].name}") <= 64
