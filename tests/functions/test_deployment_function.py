"""The deployment function as CloudFormation calls it: one answer, always, at the address that was given."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from functions.deployment.composition import build_handler
from functions.deployment.steps import Steps
from sluice.adapters.cloudformation_answer import CustomResourceAnswer, send_answer
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.catalog.alias import AliasState
from sluice.clock import SystemClock
from sluice.errors import StoreUnavailable


class CloudFormation:
    """Where answers go; `refusals` of them fail first."""

    def __init__(self, refusals: int = 0) -> None:
        self.answers: list[dict[str, Any]] = []
        self.media_types: list[str | None] = []
        self.refusals = refusals
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if outer.refusals:
                    outer.refusals -= 1
                    self.send_response(500)
                else:
                    outer.media_types.append(self.headers["content-type"])
                    outer.answers.append(json.loads(body))
                    self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Silence."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def event(self, request_type: str = "Create", **properties: str) -> dict[str, Any]:
        return {
            "RequestType": request_type,
            "ResponseURL": f"http://127.0.0.1:{self.server.server_port}/answer?signature=x",
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": "Guard",
            "ResourceProperties": {"ServiceToken": "arn", **properties},
        }


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    listening = CloudFormation()
    yield listening
    listening.server.shutdown()
    listening.server.server_close()


def call(event: dict[str, Any], publisher: MemoryPublisher | None = None, remaining_ms: int = 600_000) -> list[float]:
    """Call the function; returns how long it paused each time."""
    pauses: list[float] = []
    steps = Steps(MemoryRegistry(), publisher or MemoryPublisher(), SystemClock())
    context = SimpleNamespace(
        function_name="deployment",
        memory_limit_in_mb=512,
        invoked_function_arn="arn",
        aws_request_id="lambda",
        get_remaining_time_in_millis=lambda: remaining_ms,
    )
    logger = Logger(service="deployment")
    build_handler(steps, send=send_answer, logger=logger, sleep=pauses.append)(event, context)
    return pauses


def with_a_canary() -> MemoryPublisher:
    publisher = MemoryPublisher("churn")
    publisher.bootstrap("churn")
    publisher._functions["churn"].alias = AliasState("inference-churn", "live", "1", "2", 500, "revision")
    publisher._functions["churn"].published *= 2
    return publisher


def test_a_step_that_succeeds_is_answered_with_its_outcome(cloudformation: CloudFormation) -> None:
    call(cloudformation.event(Step="guard", Model="churn", Deployment="new"))

    [answer] = cloudformation.answers
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", "guard/churn")
    assert (answer["StackId"], answer["RequestId"], answer["LogicalResourceId"]) == ("stack", "request", "Guard")
    assert answer["Data"] == {"Outcome": "no rollout is open"}
    assert cloudformation.media_types == [""]  # what the address is signed for


def test_a_carry_over_names_its_reason_and_version(cloudformation: CloudFormation) -> None:
    call(cloudformation.event(Step="carry_over", Model="churn", Deployment="new", Shift="false"))

    assert cloudformation.answers[0]["Data"]["Reason"] == "NO_RELEASE_YET"


def test_an_open_rollout_fails_the_step_with_a_sentence(cloudformation: CloudFormation) -> None:
    call(cloudformation.event("Update", Step="guard", Model="churn", Deployment="new"), with_a_canary())

    [answer] = cloudformation.answers
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("a rollout is open: function version 2 has 500 bps")


@pytest.mark.parametrize(
    ("properties", "named"),
    [
        ({"Model": "churn", "Deployment": "new"}, "Step"),
        ({"Step": "promote", "Model": "churn", "Deployment": "new"}, "Step"),
        ({"Step": "guard", "Deployment": "new"}, "Model"),
        ({"Step": "guard", "Model": "churn"}, "Deployment"),
        ({"Step": "carry_over", "Model": "churn", "Deployment": "new", "Shift": "perhaps"}, "Shift"),
    ],
)
def test_what_is_wrong_with_the_properties_is_named(
    cloudformation: CloudFormation, properties: dict[str, str], named: str
) -> None:
    call(cloudformation.event(**properties))

    [answer] = cloudformation.answers
    assert (answer["Status"], answer["Reason"].split(" ")[0]) == ("FAILED", named)


def test_taking_a_stack_down_asks_for_nothing(cloudformation: CloudFormation) -> None:
    event = cloudformation.event("Delete", Step="guard", Model="churn", Deployment="new")

    call(event | {"PhysicalResourceId": "guard/churn"}, with_a_canary())

    assert [(it["Status"], it["PhysicalResourceId"]) for it in cloudformation.answers] == [("SUCCESS", "guard/churn")]


def test_a_bug_is_answered_too(cloudformation: CloudFormation) -> None:
    class Broken(MemoryPublisher):
        def alias(self, model: str) -> AliasState | None:
            raise ZeroDivisionError("division by zero")

    call(cloudformation.event(Step="guard", Model="churn", Deployment="new"), Broken())

    reason = cloudformation.answers[0]["Reason"]
    assert reason.startswith("a fault in Sluice, ZeroDivisionError: division by zero;")


def test_a_step_that_takes_too_long_is_answered_before_the_function_ends_and_only_once(
    cloudformation: CloudFormation,
) -> None:
    class Slow(MemoryPublisher):
        def alias(self, model: str) -> AliasState | None:
            while not cloudformation.answers:
                Event().wait(0.01)
            return None

    call(cloudformation.event(Step="guard", Model="churn", Deployment="new"), Slow(), remaining_ms=15_000)

    assert [answer["Status"] for answer in cloudformation.answers] == ["FAILED"]
    assert "deploy again" in cloudformation.answers[0]["Reason"]


def test_an_answer_that_is_not_taken_is_sent_again() -> None:
    listening = CloudFormation(refusals=2)
    send_answer(listening.event(), CustomResourceAnswer("id"))
    listening.server.shutdown()
    listening.server.server_close()

    assert len(listening.answers) == 1


def test_a_long_reason_is_cut_so_that_the_answer_is_accepted(cloudformation: CloudFormation) -> None:
    send_answer(cloudformation.event(), CustomResourceAnswer("id", failure="x" * 10_000))

    assert len(json.dumps(cloudformation.answers[0])) < 4_096


class Denied(MemoryPublisher):
    """Says no as often as it is told, as AWS does until it knows a new role's policy everywhere."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def alias(self, model: str) -> AliasState | None:
        self.times -= 1
        if self.times >= 0:
            raise StoreUnavailable(f"function inference-{model}", "AccessDeniedException")
        return None


def test_what_is_not_available_yet_is_asked_for_again(cloudformation: CloudFormation) -> None:
    pauses = call(cloudformation.event(Step="guard", Model="churn", Deployment="new"), Denied(times=3))

    assert [answer["Status"] for answer in cloudformation.answers] == ["SUCCESS"]
    assert pauses == [2, 5, 10]


def test_what_stays_unavailable_is_told_after_a_minute(cloudformation: CloudFormation) -> None:
    pauses = call(cloudformation.event(Step="guard", Model="churn", Deployment="new"), Denied(times=100))

    assert "AccessDeniedException" in cloudformation.answers[0]["Reason"]
    assert 60 <= sum(pauses) <= 120


def test_a_refusal_is_final_at_once(cloudformation: CloudFormation) -> None:
    assert call(cloudformation.event("Update", Step="guard", Model="churn", Deployment="new"), with_a_canary()) == []
