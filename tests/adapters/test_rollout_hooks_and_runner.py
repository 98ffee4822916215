"""Hooks over a boto3 client against canned HTTP answers, and executions over moto."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.config import Config

from sluice.adapters.lambda_hooks import LambdaHooks
from sluice.adapters.step_functions_runner import StepFunctionsRunner
from sluice.errors import CandidateFailed, StoreUnavailable
from sluice.rollouts.state_machine import controller_input, rollout_machine
from tests.adapters.conftest import REGION, serving

_ROLE = "arn:aws:iam::123456789012:role/rollout"


@contextmanager
def hooks_answering(status: str, body: str, *headers: tuple[str, str]) -> Iterator[LambdaHooks]:
    """A Lambda that gives this answer to every call."""

    def application(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response(status, [("content-type", "application/json"), *headers])
        return [body.encode()]

    with serving(application) as url:
        once = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=5)
        client = boto3.client("lambda", region_name=REGION, endpoint_url=url, config=once)
        yield LambdaHooks(client)
        client.close()


@pytest.mark.parametrize("go", [True, False])
def test_a_hook_says_go_or_not(go: bool) -> None:
    with hooks_answering("200 OK", json.dumps({"go": go})) as hooks:
        assert hooks.ask("check", {"model": "churn"}) is go


@pytest.mark.parametrize("body", ['{"go": "yes"}', "{}", "null", "[]", "no JSON"])
def test_a_hook_that_answers_anything_else_has_failed(body: str) -> None:
    with hooks_answering("200 OK", body) as hooks, pytest.raises(CandidateFailed, match="must be"):
        hooks.ask("check", {})


def test_a_hook_that_raises_has_failed() -> None:
    raised = ("X-Amz-Function-Error", "Unhandled")
    with (
        hooks_answering("200 OK", '{"errorMessage": "boom"}', raised) as hooks,
        pytest.raises(CandidateFailed) as caught,
    ):
        hooks.ask("check", {})

    assert "boom" in str(caught.value)


def test_a_hook_that_is_not_there_has_failed() -> None:
    absent = ("x-amzn-ErrorType", "ResourceNotFoundException")
    with hooks_answering("404 Not Found", "{}", absent) as hooks, pytest.raises(CandidateFailed):
        hooks.ask("check", {})


def test_a_hook_that_is_throttled_is_asked_again_later() -> None:
    throttled = ("x-amzn-ErrorType", "TooManyRequestsException")
    with hooks_answering("429 Too Many Requests", "{}", throttled) as hooks, pytest.raises(StoreUnavailable):
        hooks.ask("check", {})


@pytest.fixture
def step_functions(moto_url: str) -> Iterator[Any]:
    config: Any = {"region_name": REGION, "endpoint_url": moto_url}
    client = boto3.client("stepfunctions", **config)
    yield client
    client.close()


@pytest.fixture
def machine_arn(step_functions: Any) -> Iterator[str]:
    definition = json.dumps(rollout_machine("arn:aws:lambda:eu-central-1:123456789012:function:tick"))
    created = step_functions.create_state_machine(name="rollout", definition=definition, roleArn=_ROLE)
    yield created["stateMachineArn"]
    step_functions.delete_state_machine(stateMachineArn=created["stateMachineArn"])


def test_a_controller_is_one_execution_however_often_it_is_started(step_functions: Any, machine_arn: str) -> None:
    runner = StepFunctionsRunner(step_functions, machine_arn)
    for epoch in (1, 1, 2):
        runner.start("churn", "r-1", epoch)

    found = step_functions.list_executions(stateMachineArn=machine_arn)["executions"]

    assert sorted(it["name"] for it in found) == ["churn-r-1-1", "churn-r-1-2"]
    first = step_functions.describe_execution(executionArn=f"{found[-1]['executionArn']}")
    assert json.loads(first["input"]) in (controller_input("churn", "r-1", 1), controller_input("churn", "r-1", 2))


def test_a_token_of_the_past_wakes_nobody_and_harms_nothing(step_functions: Any, machine_arn: str) -> None:
    runner = StepFunctionsRunner(step_functions, machine_arn)
    runner.start("churn", "r-9", 1)

    runner.wake("no token of anybody")

    [found] = step_functions.list_executions(stateMachineArn=machine_arn)["executions"]
    assert found["status"] == "RUNNING"


def test_a_machine_that_is_not_there_is_unavailable(step_functions: Any) -> None:
    nowhere = f"arn:aws:states:{REGION}:123456789012:stateMachine:nowhere"

    with pytest.raises(StoreUnavailable):
        StepFunctionsRunner(step_functions, nowhere).start("churn", "r-1", 1)
