"""What rollouts run on: a machine that only waits, a controller, a failsafe on a schedule of its own, and who hears."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from infra.constructs.domain_bus import SOURCE, WAKING
from infra.declarations.environment import Environment
from infra.declarations.refusal import InvalidDeclaration
from infra.declarations.rollouts import RolloutSettings
from infra.environments import DEV
from sluice.adapters import eventbridge_events
from sluice.rollouts.state_machine import rollout_machine
from sluice.usecases.rollout_ports import RolloutPorts
from tests.infra.conftest import Synthesise, Synthesised
from tests.infra.test_deployment_reach import reached
from tests.infra.test_watch_template import alarms, watched

__all__ = ["watched"]  # a fixture


@pytest.fixture
def machine(synthesised: Synthesised) -> dict[str, Any]:
    [found] = synthesised.properties("serving", "AWS::StepFunctions::StateMachine")
    return found


def test_the_machine_is_the_one_that_the_local_plane_runs(machine: Mapping[str, Any]) -> None:
    assert json.loads(machine["DefinitionString"]) == rollout_machine("${Tick}")
    assert machine["DefinitionSubstitutions"]["Tick"]["Ref"].startswith("RolloutsControllerCurrent")


def test_an_execution_may_last_for_days_and_shows_all_that_it_did(machine: Mapping[str, Any]) -> None:
    assert machine["StateMachineType"] == "STANDARD"
    assert machine["TracingConfiguration"] == {"Enabled": True}
    assert (machine["LoggingConfiguration"]["Level"], machine["LoggingConfiguration"]["IncludeExecutionData"]) == (
        "ALL",
        True,
    )


def test_what_executions_carry_is_encrypted_as_definitions_are(
    machine: Mapping[str, Any], environment: Environment, synthesised: Synthesised
) -> None:
    if not environment.data.customer_keys:
        assert "EncryptionConfiguration" not in machine
        return
    assert "KeysCatalog" in str(machine["EncryptionConfiguration"]["KmsKeyId"])
    [delivery] = [
        statement
        for key in synthesised.properties("data", "AWS::KMS::Key")
        for statement in key["KeyPolicy"]["Statement"]
        if statement["Principal"].get("Service") == "delivery.logs.amazonaws.com"
    ]
    assert delivery["Action"] == "kms:Decrypt"
    assert set(delivery["Condition"]["StringEquals"]) == {"kms:EncryptionContext:SourceArn"}


def test_the_machine_waits_for_the_policy_that_lets_it_log(synthesised: Synthesised) -> None:
    [resource] = synthesised.resources("serving", "AWS::StepFunctions::StateMachine").values()

    assert any(each in synthesised.resources("serving", "AWS::IAM::Policy") for each in resource["DependsOn"])


def test_the_stacks_tell_where_rollouts_and_their_ledger_are(
    synthesised: Synthesised, environment: Environment
) -> None:
    told = {name: synthesised.templates[name]["Outputs"] for name in ("data", "serving")}

    assert {"RolloutsTable", "LedgerTable", "LedgerBucket"} <= set(told["data"])
    assert str(told["serving"]["RolloutMachineArn"]["Value"]).endswith(f":{environment.name}-rollout']]}}")
    assert told["serving"]["EventBus"]["Value"] == f"sluice-{environment.name}"


def test_a_tick_ends_before_its_lease_does_however_long_it_takes(synthesised: Synthesised) -> None:
    lease_seconds = RolloutPorts.__dataclass_fields__["lease_seconds"].default

    assert 2 * synthesised.functions["rollout_steps"]["Timeout"] <= lease_seconds


def test_the_failsafe_is_called_every_minute_by_nobody_who_depends_on_the_controller(synthesised: Synthesised) -> None:
    [schedule] = synthesised.properties("serving", "AWS::Scheduler::Schedule")

    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert schedule["Target"]["Arn"]["Ref"].startswith("RolloutsFailsafeCurrent")
    assert synthesised.functions["failsafe"]["Timeout"] < 60


def test_a_failed_look_is_not_queued_before_the_next_one(synthesised: Synthesised) -> None:
    [calls] = synthesised.properties("serving", "AWS::Lambda::EventInvokeConfig")

    assert calls["FunctionName"]["Ref"].startswith("RolloutsFailsafe")
    assert (calls["MaximumRetryAttempts"], calls["MaximumEventAgeInSeconds"]) == (0, 60)


def test_an_environment_of_lambda_is_kept_for_the_failsafe_but_where_an_account_may_be_new(
    all_synthesised: Mapping[str, Synthesised],
) -> None:
    kept = {
        name: found.functions["failsafe"].get("ReservedConcurrentExecutions") for name, found in all_synthesised.items()
    }

    assert kept == {"dev": None, "staging": 1, "prod": 1}


def test_both_move_the_aliases_of_every_model_and_of_no_other(
    synthesised: Synthesised, environment: Environment
) -> None:
    models = {f"{environment.name}-inference-{model.name}" for model in environment.models}

    for role in ("RolloutsControllerStepsRole", "RolloutsFailsafeRole"):
        assert reached(synthesised, role, "lambda:UpdateAlias") == models
    called = reached(synthesised, "RolloutsControllerStepsRole", "lambda:InvokeFunction")
    assert called == {f"{name}:*" for name in models}


def test_the_control_function_asks_for_rollouts_and_looks_at_versions_of_every_model(
    synthesised: Synthesised, environment: Environment
) -> None:
    versions = {f"{environment.name}-inference-{model.name}:*" for model in environment.models}
    variables = synthesised.functions["control"]["Environment"]["Variables"]

    assert reached(synthesised, "ControlRole", "lambda:GetFunctionConfiguration") == versions
    assert str(variables["SLUICE_ROLLOUT_MACHINE_ARN"]).endswith(f":{environment.name}-rollout']]}}")
    assert variables["SLUICE_EVENT_BUS"] == f"sluice-{environment.name}"


def test_a_plan_can_ask_the_hooks_that_are_declared_and_no_other(synthesise: Synthesise) -> None:
    declared = replace(DEV, rollouts=replace(DEV.rollouts, hooks=("sanity-check",)))
    found = synthesise(declared)
    called = reached(found, "RolloutsControllerStepsRole", "lambda:InvokeFunction")

    assert {name for name in called if not name.endswith(":*")} == {"sanity-check"}


@pytest.mark.parametrize(("changes", "field"), [({"owner": " "}, "owner"), ({"hooks": ("arn:aws:lambda:x",)}, "hooks")])
def test_nobody_to_answer_for_rollouts_and_hooks_by_other_than_their_names_are_refused(
    changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidDeclaration) as caught:
        RolloutSettings(**changes)

    assert caught.value.field == field


def test_the_rule_waits_for_the_source_that_the_code_puts_events_from() -> None:
    assert eventbridge_events.SOURCE == SOURCE


def test_who_must_act_hears_of_it_by_the_alarms_topic(watched: Synthesised) -> None:
    [rule] = watched.properties("watch", "AWS::Events::Rule")
    [topic] = watched.resources("watch", "AWS::SNS::Topic")
    [role] = [id_ for id_ in watched.resources("watch", "AWS::IAM::Role") if id_.startswith("WakingEvents")]

    assert rule["EventPattern"] == {"source": [SOURCE], "detail-type": list(WAKING)}
    [target] = rule["Targets"]
    assert (target["Arn"], target["RoleArn"]["Fn::GetAtt"][0]) == ({"Ref": topic}, role)


def metric_of(alarm: Mapping[str, Any]) -> str:
    """The one metric that it watches; a metric with a label stands in a list of one."""
    [metric] = [it["MetricStat"]["Metric"] for it in alarm.get("Metrics", [])] or [alarm]
    return str(metric["MetricName"])


def test_a_dead_controller_and_a_torn_net_wake_who_answers_for_rollouts(watched: Synthesised) -> None:
    found = {id_: it for id_, it in alarms(watched).items() if id_.startswith("WatchRollouts")}
    by_metric = {metric_of(it): it for it in found.values()}

    assert set(by_metric) == {"ExecutionsFailed", "ExecutionsTimedOut", "FailsafeRestored", "Errors", "Invocations"}
    assert by_metric["FailsafeRestored"]["Threshold"] == by_metric["ExecutionsFailed"]["Threshold"] == 0
    assert by_metric["Invocations"]["ComparisonOperator"] == "LessThanThreshold"
    assert all("Owner: platform." in it["AlarmDescription"] for it in found.values())


def test_what_the_failsafe_logs_of_a_rollout_that_it_ended_is_counted(synthesised: Synthesised) -> None:
    [counted] = synthesised.properties("serving", "AWS::Logs::MetricFilter")

    assert counted["FilterPattern"] == '{ $.record = "failsafe_restored" }'
