"""What each role may do: every action is listed here, so that a new one must be written down twice."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.declarations.environment import Environment
from tests.infra.conftest import Synthesised

ITS_OWN_LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
TRACES = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
EVERY_FUNCTION = ITS_OWN_LOGS | TRACES
READ_REGISTRY = {"dynamodb:GetItem", "dynamodb:Query"}
PUBLISH = {"lambda:GetAlias", "lambda:GetFunctionConfiguration", "lambda:PublishVersion"}
PUBLISH |= {"lambda:UpdateFunctionConfiguration"}
KEEP_READY = {
    "lambda:DeleteProvisionedConcurrencyConfig",
    "lambda:GetProvisionedConcurrencyConfig",
    "lambda:ListProvisionedConcurrencyConfigs",
    "lambda:PutProvisionedConcurrencyConfig",
}


def statements(found: Synthesised, role: str) -> Iterator[dict[str, Any]]:
    """Of every policy on roles whose logical id starts so."""
    for policy in found.properties("serving", "AWS::IAM::Policy"):
        if any(each["Ref"].startswith(role) for each in policy["Roles"]):
            yield from policy["PolicyDocument"]["Statement"]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def actions(found: Synthesised, role: str) -> set[str]:
    given = {action for statement in statements(found, role) for action in listed(statement["Action"])}
    assert given, f"no policy on {role}"
    return given


@pytest.fixture
def keys(environment: Environment) -> set[str]:
    """A customer key must be granted where the data is."""
    return {"kms:Decrypt"} if environment.data.customer_keys else set()


def test_an_inference_function_reads_content_and_writes_records(
    synthesised: Synthesised, environment: Environment, keys: set[str]
) -> None:
    encrypts = {"kms:GenerateDataKey"} if environment.data.customer_keys else set()

    for role in ("Modelbreastcancer", "Modelwine"):
        expected = EVERY_FUNCTION | {"s3:GetObject", "s3:PutObject"} | keys | encrypts
        assert actions(synthesised, role) == expected


def test_the_control_function_reads_the_registry_and_looks_at_aliases(synthesised: Synthesised, keys: set[str]) -> None:
    assert actions(synthesised, "ControlRole") == EVERY_FUNCTION | READ_REGISTRY | {"lambda:GetAlias"} | keys


def test_the_deployment_function_publishes_and_moves_an_alias_only_where_it_may_shift(
    synthesised: Synthesised, environment: Environment, keys: set[str]
) -> None:
    expected = EVERY_FUNCTION | READ_REGISTRY | {"dynamodb:PutItem"} | PUBLISH | keys
    expected |= {"lambda:UpdateAlias"} if environment.shifts_on_deploy else set()
    expected |= KEEP_READY if environment.name == "prod" else set()

    assert actions(synthesised, "DeploymentRole") == expected


def test_nothing_else_may_move_an_alias(synthesised: Synthesised) -> None:
    allowed = [
        policy["Roles"]
        for policy in synthesised.properties("serving", "AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
        if "lambda:UpdateAlias" in listed(statement["Action"])
    ]

    assert all(role["Ref"].startswith("DeploymentRole") for roles in allowed for role in roles)


def test_lambda_is_reached_at_the_environments_functions_alone(
    synthesised: Synthesised, environment: Environment
) -> None:
    for role in ("ControlRole", "DeploymentRole"):
        for statement in statements(synthesised, role):
            if listed(statement["Action"])[0].startswith("lambda:"):
                for resource in listed(statement["Resource"]):
                    assert f":function:{environment.function_prefix}inference-" in str(resource)


def test_a_star_alone_stands_for_traces_and_for_nothing_else(synthesised: Synthesised) -> None:
    for policy in synthesised.properties("serving", "AWS::IAM::Policy"):
        for statement in policy["PolicyDocument"]["Statement"]:
            if "*" in listed(statement["Resource"]):
                assert set(listed(statement["Action"])) == TRACES


def test_every_function_has_a_role_of_its_own_without_managed_policies(synthesised: Synthesised) -> None:
    roles = [str(function["Role"]) for function in synthesised.functions.values()]

    assert len(set(roles)) == len(roles)
    for role in synthesised.properties("serving", "AWS::IAM::Role"):
        assert "ManagedPolicyArns" not in role


def test_callers_reach_aliases_and_never_a_function_itself(synthesised: Synthesised) -> None:
    aliases = synthesised.resources("serving", "AWS::Lambda::Alias")
    permissions = synthesised.properties("serving", "AWS::Lambda::Permission")

    assert permissions
    for permission in permissions:
        assert permission["FunctionName"]["Ref"] in aliases
        assert permission["Principal"] == "apigateway.amazonaws.com"
        assert "SourceArn" in permission
