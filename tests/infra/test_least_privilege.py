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
READ_AND_APPEND = READ_REGISTRY | {"dynamodb:PutItem"}
KEEP_ITEMS = READ_AND_APPEND | {"dynamodb:ConditionCheckItem", "dynamodb:DeleteItem"}
DECIDE = KEEP_ITEMS | {"s3:PutObject", "events:PutEvents"}
LOG_DELIVERY = {
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
}
MACHINES_TRACES = TRACES | {"xray:GetSamplingRules", "xray:GetSamplingTargets"}
MOVERS = ("RolloutsControllerStepsRole", "RolloutsFailsafeRole")
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


def test_an_inference_function_exchanges_large_bodies_of_its_own_model_only(synthesised: Synthesised) -> None:
    def prefixes(role: str, action: str) -> set[str]:
        arns = [
            arn["Fn::Join"][1][-1]
            for statement in statements(synthesised, role)
            if action in listed(statement["Action"])
            for arn in listed(statement["Resource"])
            if "RecordsArn" in str(arn)
        ]
        return set(arns)

    for role, model in (("Modelbreastcancer", "breast-cancer"), ("Modelwine", "wine")):
        own = {f"/uploads/{model}/*", f"/downloads/{model}/*"}
        assert prefixes(role, "s3:GetObject") == own
        assert prefixes(role, "s3:PutObject") == own | {"/bodies/*", "/records/*"}


def test_the_control_function_reads_the_registry_keeps_definitions_and_asks_for_rollouts(
    synthesised: Synthesised, environment: Environment, keys: set[str]
) -> None:
    changes = {"dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
    encrypts = {"kms:GenerateDataKey"} if environment.data.customer_keys else set()
    expected = EVERY_FUNCTION | READ_REGISTRY | changes | DECIDE | keys | encrypts
    expected |= {"lambda:GetAlias", "lambda:GetFunctionConfiguration"}
    expected |= {"states:SendTaskSuccess", "states:StartExecution"}

    assert actions(synthesised, "ControlRole") == expected
    approves = {"dynamodb:UpdateItem", "dynamodb:PutItem"}
    assert actions_on(synthesised, "ControlRole", "RegistryTable") == READ_REGISTRY | approves
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
    assert actions_on(synthesised, "DeploymentRole", "RolloutsTable") == {"dynamodb:GetItem"}


def test_the_controller_moves_aliases_judges_by_metrics_and_records_and_writes_decisions_down(
    synthesised: Synthesised, environment: Environment, keys: set[str]
) -> None:
    encrypts = {"kms:GenerateDataKey"} if environment.data.customer_keys else set()
    role = "RolloutsControllerStepsRole"
    asks = {"lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetFunctionConfiguration", "lambda:InvokeFunction"}
    looks = {"cloudwatch:GetMetricData", "logs:FilterLogEvents"}

    assert actions(synthesised, role) == EVERY_FUNCTION | DECIDE | asks | looks | keys | encrypts
    assert actions_on(synthesised, role, "RegistryTable") == READ_REGISTRY
    assert actions_on(synthesised, role, "ExperimentsTable") == actions_on(synthesised, role, "UnitsTable") == set()


def test_the_failsafe_moves_aliases_and_writes_that_down_and_can_do_nothing_else(
    synthesised: Synthesised, environment: Environment, keys: set[str]
) -> None:
    encrypts = {"kms:GenerateDataKey"} if environment.data.customer_keys else set()
    moves = {"lambda:GetAlias", "lambda:UpdateAlias"}

    assert actions(synthesised, "RolloutsFailsafeRole") == EVERY_FUNCTION | DECIDE | moves | keys | encrypts


@pytest.mark.parametrize("role", [*MOVERS, "ControlRole"])
def test_whoever_moves_an_alias_or_asks_for_it_keeps_rollouts_and_can_only_add_to_the_ledger(
    synthesised: Synthesised, role: str
) -> None:
    [copied] = [it["Resource"] for it in statements(synthesised, role) if it["Action"] == "s3:PutObject"]
    [told] = [it for it in statements(synthesised, role) if it["Action"] == "events:PutEvents"]

    assert actions_on(synthesised, role, "RolloutsTable") == KEEP_ITEMS
    assert actions_on(synthesised, role, "LedgerEntriesTable") == READ_AND_APPEND
    assert copied["Fn::Join"][1][0]["Fn::ImportValue"].endswith(":LedgerArn")
    assert copied["Fn::Join"][1][1] == "/ledger/*"
    assert told["Resource"]["Fn::GetAtt"][0].startswith("RolloutsEventsBus")


def test_the_machine_calls_one_function_starts_itself_logs_and_traces(
    synthesised: Synthesised, environment: Environment
) -> None:
    role = "RolloutsMachineRole"
    encrypts = {"kms:Decrypt", "kms:GenerateDataKey"} if environment.data.customer_keys else set()
    calls, starts = "lambda:InvokeFunction", "states:StartExecution"
    [called] = [it["Resource"] for it in statements(synthesised, role) if it["Action"] == calls]
    [started] = [it["Resource"] for it in statements(synthesised, role) if it["Action"] == starts]

    assert actions(synthesised, role) == LOG_DELIVERY | MACHINES_TRACES | {calls, starts} | encrypts
    assert called["Ref"].startswith("RolloutsControllerCurrent")
    assert str(started).endswith(f":stateMachine:{environment.name}-rollout']]}}")


def test_a_machine_uses_its_key_for_itself_and_for_what_it_logs(
    synthesised: Synthesised, environment: Environment
) -> None:
    contexts = {
        name
        for statement in statements(synthesised, "RolloutsMachineRole")
        if "kms:" in str(statement["Action"])
        for name in statement["Condition"]["StringEquals"]
    }
    expected = {"kms:EncryptionContext:SourceArn", "kms:EncryptionContext:aws:states:stateMachineArn"}

    assert contexts == (expected if environment.data.customer_keys else set())


def test_nothing_else_may_move_an_alias(synthesised: Synthesised) -> None:
    allowed = [
        policy["Roles"]
        for policy in synthesised.properties("serving", "AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
        if "lambda:UpdateAlias" in listed(statement["Action"])
    ]

    assert len(allowed) >= len(MOVERS)
    assert all(role["Ref"].startswith(("DeploymentRole", *MOVERS)) for roles in allowed for role in roles)


def test_nobody_scans_a_table(synthesised: Synthesised) -> None:
    for policy in synthesised.properties("serving", "AWS::IAM::Policy"):
        assert "Scan" not in str(policy)


def test_lambda_is_reached_at_the_environments_functions_alone(
    synthesised: Synthesised, environment: Environment
) -> None:
    for role in ("ControlRole", "DeploymentRole", *MOVERS):
        for statement in statements(synthesised, role):
            if listed(statement["Action"])[0].startswith("lambda:"):
                for resource in listed(statement["Resource"]):
                    assert f":function:{environment.function_prefix}inference-" in str(resource)


def test_a_star_alone_stands_for_what_has_no_resources_and_for_nothing_else(synthesised: Synthesised) -> None:
    more = {"RolloutsControllerSteps": {"cloudwatch:GetMetricData"}}
    more["RolloutsMachine"] = LOG_DELIVERY | MACHINES_TRACES
    for id_, policy in synthesised.resources("serving", "AWS::IAM::Policy").items():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            if "*" in listed(statement["Resource"]):
                [extra] = [it for name, it in more.items() if id_.startswith(name)] or [set()]
                assert set(listed(statement["Action"])) == TRACES | extra


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
