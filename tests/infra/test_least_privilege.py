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


def actions_on(found: Synthesised, role: str, resource: str) -> set[str]:
    """Of the role, on resources whose export names this one."""
    return {
        action
        for statement in statements(found, role)
        if any(resource in str(each) for each in listed(statement["Resource"]))
        for action in listed(statement["Action"])
    }


def test_an_inference_function_reads_content_writes_records_and_keeps_assignments(
    synthesised: Synthesised, environment: Environment, keys: set[str]
) -> None:
    encrypts = {"kms:GenerateDataKey"} if environment.data.customer_keys else set()

    for role in ("Modelbreastcancer", "Modelwine"):
        expected = EVERY_FUNCTION | {"s3:GetObject", "s3:PutObject"} | keys | encrypts
        expected |= {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"}
        assert actions(synthesised, role) == expected
        assert actions_on(synthesised, role, "ExperimentsTable") == {"dynamodb:GetItem"}
        assert actions_on(synthesised, role, "UnitsTable") == {"dynamodb:PutItem", "dynamodb:Query"}


def test_the_control_function_reads_the_registry_looks_at_aliases_and_keeps_definitions(
    synthesised: Synthesised, keys: set[str]
) -> None:
    changes = {"dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}

    assert actions(synthesised, "ControlRole") == EVERY_FUNCTION | READ_REGISTRY | changes | {"lambda:GetAlias"} | keys
    assert actions_on(synthesised, "ControlRole", "RegistryTable") == READ_REGISTRY
    assert actions_on(synthesised, "ControlRole", "ExperimentsTable") == READ_REGISTRY | {"dynamodb:PutItem"}
    assert actions_on(synthesised, "ControlRole", "UnitsTable") == {"dynamodb:Query"} | changes


def test_who_takes_outcomes_in_sends_them_and_makes_the_secret_once(
    synthesised: Synthesised, environment: Environment
) -> None:
    encrypts = {"kms:Decrypt", "kms:GenerateDataKey"} if environment.data.customer_keys else set()
    secret = {"dynamodb:GetItem", "dynamodb:PutItem"}

    assert actions(synthesised, "OutcomesIntakeRole") == EVERY_FUNCTION | secret | {"sqs:SendMessage"} | encrypts
    assert actions_on(synthesised, "OutcomesIntakeRole", "ExperimentsTable") == secret


def test_who_stores_outcomes_reads_the_queue_and_writes_below_one_prefix(
    synthesised: Synthesised, environment: Environment
) -> None:
    encrypts = {"kms:Decrypt", "kms:GenerateDataKey"} if environment.data.customer_keys else set()
    consumes = {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}
    role = "OutcomesDeliveryRole"
    [stored] = [it["Resource"] for it in statements(synthesised, role) if it["Action"] == "s3:PutObject"]

    assert actions(synthesised, role) == EVERY_FUNCTION | consumes | {"s3:PutObject"} | encrypts
    assert stored["Fn::Join"][1][-1] == "/outcomes/*"


def test_a_key_is_used_through_the_service_that_holds_the_data(
    synthesised: Synthesised, environment: Environment
) -> None:
    for role, services in {"OutcomesIntakeRole": {"sqs", "dynamodb"}, "OutcomesDeliveryRole": {"sqs"}}.items():
        through = {
            statement["Condition"]["StringEquals"]["kms:ViaService"].split(".")[0]
            for statement in statements(synthesised, role)
            if "Condition" in statement
        }
        assert through == (services if environment.data.customer_keys else set())


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


def test_nobody_scans_a_table(synthesised: Synthesised) -> None:
    for policy in synthesised.properties("serving", "AWS::IAM::Policy"):
        assert "Scan" not in str(policy)


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
