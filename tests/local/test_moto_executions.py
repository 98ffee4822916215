"""Step Functions on the plane: definitions are executed, by its clock, with its Lambda, and end when it does."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sluice.local.deployment import deploy_live
from sluice.local.lambda_control.function import FunctionVersion
from sluice.local.lambda_host.handler_call import Handler
from sluice.local.plane import Plane, start_plane
from sluice.local.plane_settings import PlaneSettings
from tests.local.conftest import Clients, clients_of

pytestmark = pytest.mark.timeout(120)

ROLE = "arn:aws:iam::000000000000:role/states"
FUNCTION = "arn:aws:lambda:eu-central-1:000000000000:function:echo:live"
ASLEEP = {"WaitStateEntered", "TaskSubmitted"}
AN_HOUR = timedelta(hours=1)


class Echo:
    """A function that answers its event, and keeps it."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def __call__(self, version: FunctionVersion) -> Handler:
        def handle(event: Any, context: Any) -> Any:
            self.events.append(event)
            return {"answered": event}

        return handle


@contextmanager
def a_plane(echo: Echo, data_dir: Path | None = None) -> Iterator[tuple[Plane, Clients]]:
    settings = PlaneSettings(gateway_port=0, aws_port=0, handler_factory=echo, data_dir=data_dir, fsync=False)
    with start_plane(settings) as plane, clients_of(plane.aws_url) as aws:
        plane.clock.freeze()
        deploy_live(aws("lambda"), function_name="echo", handler="echo.handler", environment={})
        yield plane, aws


def start(aws: Clients, *, name: str = "one", told: Any = None, **states: dict[str, Any]) -> str:
    """Begin an execution of these states, in their order."""
    names = list(states)
    following: list[dict[str, Any]] = [{"Next": it} for it in names[1:]] + [{"End": True}]
    document = {
        "StartAt": names[0],
        "States": {it: states[it] | last for it, last in zip(names, following, strict=True)},
    }
    client = aws("stepfunctions")
    machine = client.create_state_machine(name="machine", definition=json.dumps(document), roleArn=ROLE)
    started = client.start_execution(
        stateMachineArn=machine["stateMachineArn"], name=name, input=json.dumps(told or {})
    )
    return str(started["executionArn"])


def call(**members: Any) -> dict[str, Any]:
    parameters = {"FunctionName": FUNCTION, "Payload.$": "$"}
    return {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters, **members}


def call_back(**members: Any) -> dict[str, Any]:
    parameters = {"FunctionName": FUNCTION, "Payload": {"token.$": "$$.Task.Token"}}
    resource = "arn:aws:states:::lambda:invoke.waitForTaskToken"
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, **members}


def history(aws: Clients, arn: str) -> list[dict[str, Any]]:
    return list(aws("stepfunctions").get_execution_history(executionArn=arn)["events"])


def until_asleep(aws: Clients, arn: str) -> None:
    give_up_at = time.monotonic() + 30
    while not (events := history(aws, arn)) or events[-1]["type"] not in ASLEEP:
        assert time.monotonic() < give_up_at, events
        time.sleep(0.01)


def ended(aws: Clients, arn: str) -> dict[str, Any]:
    give_up_at = time.monotonic() + 30
    while (found := aws("stepfunctions").describe_execution(executionArn=arn))["status"] == "RUNNING":
        assert time.monotonic() < give_up_at, history(aws, arn)
        time.sleep(0.01)
    return dict(found)


def test_a_task_calls_the_planes_own_function_and_has_its_answer() -> None:
    with a_plane(echo := Echo()) as (_, aws):
        found = ended(aws, start(aws, told={"a": 1}, Call=call(OutputPath="$.Payload")))

    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"answered": {"a": 1}})
    assert echo.events == [{"a": 1}]


@pytest.mark.parametrize("wait", [{"Seconds": 3600}, {"Timestamp": None}, {"SecondsPath": "$.seconds"}])
def test_a_wait_is_as_long_as_the_clock_says(wait: dict[str, Any]) -> None:
    with a_plane(Echo()) as (plane, aws):
        began_at = plane.clock.now()
        if "Timestamp" in wait:
            wait = {"Timestamp": f"{began_at + AN_HOUR:%Y-%m-%dT%H:%M:%SZ}"}
        arn = start(aws, told={"seconds": 3600}, Wait={"Type": "Wait", **wait})
        until_asleep(aws, arn)
        plane.clock.advance(AN_HOUR - timedelta(seconds=2))
        still = aws("stepfunctions").describe_execution(executionArn=arn)["status"]
        plane.clock.advance(timedelta(seconds=2))
        found = ended(aws, arn)

    assert (still, found["status"]) == ("RUNNING", "SUCCEEDED")
    assert found["stopDate"] - found["startDate"] == AN_HOUR
    assert abs(found["startDate"] - began_at) < timedelta(milliseconds=1)


def test_a_wait_also_ends_by_itself_while_the_clock_runs() -> None:
    with a_plane(Echo()) as (plane, aws):
        plane.clock.resume()
        found = ended(aws, start(aws, Wait={"Type": "Wait", "Seconds": 1}))

    assert found["status"] == "SUCCEEDED"


def test_a_callback_ends_its_task_at_once_and_its_time_limit_is_of_the_clock() -> None:
    caught = {"ErrorEquals": ["States.Timeout"], "ResultPath": "$.late", "Next": "Second"}
    with a_plane(echo := Echo()) as (plane, aws):
        arn = start(
            aws,
            First=call_back(TimeoutSeconds=60, Catch=[caught]),
            Second=call_back(TimeoutSeconds=60, ResultPath="$.said"),
        )
        until_asleep(aws, arn)
        plane.clock.advance(timedelta(seconds=60))
        while len(echo.events) < 2:
            time.sleep(0.01)
        until_asleep(aws, arn)
        first, second = (it["token"] for it in echo.events)
        aws("stepfunctions").send_task_success(taskToken=first, output='{"go": false}')
        aws("stepfunctions").send_task_success(taskToken=second, output='{"go": true}')
        found = ended(aws, arn)

    assert found["status"] == "SUCCEEDED"
    assert json.loads(found["output"])["said"] == {"go": True}


@pytest.mark.parametrize("state", [{"Type": "Wait", "Seconds": 3600}, call_back(TimeoutSeconds=3600)])
def test_an_execution_is_stopped_where_it_waits(state: dict[str, Any]) -> None:
    with a_plane(Echo()) as (_, aws):
        arn = start(aws, Wait=state, Call=call())
        until_asleep(aws, arn)
        aws("stepfunctions").stop_execution(executionArn=arn)

        assert ended(aws, arn)["status"] == "ABORTED"


def test_an_execution_may_be_stopped_before_it_did_anything() -> None:
    with a_plane(Echo()) as (_, aws):
        arn = start(aws, Call=call(), Wait={"Type": "Wait", "Seconds": 60})
        aws("stepfunctions").stop_execution(executionArn=arn)

        assert ended(aws, arn)["status"] == "ABORTED"


def test_a_plane_that_stops_leaves_no_thread_of_an_execution() -> None:
    before = set(threading.enumerate())
    with a_plane(Echo()) as (_, aws):
        for state in ({"Type": "Wait", "Seconds": 3600}, call_back(TimeoutSeconds=3600)):
            client = aws("stepfunctions")
            document = {"StartAt": "S", "States": {"S": {**state, "End": True}}}
            machine = client.create_state_machine(
                name=f"machine-{state['Type']}", definition=json.dumps(document), roleArn=ROLE
            )
            until_asleep(
                aws, client.start_execution(stateMachineArn=machine["stateMachineArn"], name="e")["executionArn"]
            )

    assert set(threading.enumerate()) <= before


def test_an_execution_begins_anew_where_its_plane_does(tmp_path: Path) -> None:
    with a_plane(Echo(), tmp_path) as (_, aws):
        arn = start(aws, told={"a": 1}, Wait={"Type": "Wait", "Seconds": 3600}, Call=call())
        until_asleep(aws, arn)

    with a_plane(echo := Echo(), tmp_path) as (plane, aws):
        until_asleep(aws, arn)
        plane.clock.advance(AN_HOUR)

        assert ended(aws, arn)["status"] == "SUCCEEDED"
        assert echo.events == [{"a": 1}]


def test_answers_to_tasks_are_no_state_that_a_restart_would_need(tmp_path: Path) -> None:
    with a_plane(echo := Echo(), tmp_path) as (_, aws):
        arn = start(aws, Ask=call_back(TimeoutSeconds=60))
        until_asleep(aws, arn)
        aws("stepfunctions").send_task_success(taskToken=echo.events[0]["token"], output="{}")
        ended(aws, arn)

    with a_plane(Echo(), tmp_path) as (_, aws):
        until_asleep(aws, arn)


def test_moto_is_left_as_it_was_found() -> None:
    with a_plane(Echo()) as (plane, aws):
        plane.clock.advance(AN_HOUR)
        aws("stepfunctions").list_state_machines()
    from moto.core.config import default_user_config
    from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager

    assert default_user_config["stepfunctions"] == {"execute_state_machine": False}
    assert abs(EventManager._get_current_timestamp() - datetime.now(UTC)) < timedelta(minutes=1)
