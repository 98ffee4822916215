"""Calls past the alias: of functions in this process, and of a Lambda over HTTP."""

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from sluice.adapters.lambda_candidate_calls import LambdaCandidateCalls
from sluice.adapters.memory_candidate_calls import MemoryCandidateCalls
from sluice.errors import CandidateFailed, StoreUnavailable
from sluice.local.aws_errors import AwsError
from sluice.local.lambda_api.application import lambda_wsgi_app
from sluice.local.lambda_control.function import FunctionSettings
from sluice.local.lambda_control.functions import LambdaFunctions
from sluice.local.lambda_host.invocation import Invocation
from sluice.rollouts.ports import CandidateCalls
from tests.adapters.conftest import REGION, serving
from tests.adapters.lambda_code import A_ZIP

NAME = "inference-churn"


def behave(event: Any) -> Any:
    """What every version does with an event."""
    match event.get("do"):
        case "fail":
            raise ValueError("no such thing")
        case "mumble":
            return "text"
    return {"statusCode": 200, "event": event}


class _Host:
    """Runs `behave`; notes what came."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, Any]] = []
        self.arrived = threading.Event()

    async def invoke(self, function_name: str, qualifier: str, payload: bytes) -> Invocation:
        event = json.loads(payload)
        self.seen.append((function_name, qualifier, event))
        self.arrived.set()
        if event.get("do") == "throttle":
            raise AwsError("TooManyRequestsException", 429, "Rate Exceeded.")
        try:
            return Invocation(json.dumps(behave(event)).encode(), qualifier)
        except ValueError as error:
            failure = {"errorType": "ValueError", "errorMessage": str(error)}
            return Invocation(json.dumps(failure).encode(), qualifier, "Unhandled")


@pytest.fixture
def host() -> _Host:
    return _Host()


@pytest.fixture
def lambda_calls(functions: LambdaFunctions, host: _Host) -> Iterator[LambdaCandidateCalls]:
    settings = FunctionSettings("python3.13", "arn:aws:iam::000000000000:role/serve", "handler.handler")
    functions.create_function(NAME, settings, zip_bytes=A_ZIP)
    functions.publish_version(NAME)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    with serving(lambda_wsgi_app(functions, host, loop)) as url:
        config = Config(retries={"total_max_attempts": 1})
        client = boto3.client("lambda", region_name=REGION, endpoint_url=url, config=config)
        yield LambdaCandidateCalls(client)
        client.close()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(params=["memory", "lambda"])
def calls(request: pytest.FixtureRequest) -> CandidateCalls:
    if request.param == "memory":
        return MemoryCandidateCalls("churn", {"1": behave})
    found: CandidateCalls = request.getfixturevalue("lambda_calls")
    return found


def test_the_answer_is_the_functions(calls: CandidateCalls) -> None:
    assert calls.invoke("churn", "1", {"n": [1, "ü"]}) == {"statusCode": 200, "event": {"n": [1, "ü"]}}


def test_the_functions_own_error_is_told(calls: CandidateCalls) -> None:
    with pytest.raises(CandidateFailed, match="function version 1 failed: ValueError: no such thing"):
        calls.invoke("churn", "1", {"do": "fail"})


def test_an_answer_that_is_no_object_is_a_failure(calls: CandidateCalls) -> None:
    with pytest.raises(CandidateFailed, match="no JSON object"):
        calls.invoke("churn", "1", {"do": "mumble"})


@pytest.mark.parametrize(("model", "function_version"), [("churn", "2"), ("fraud", "1")])
def test_a_function_version_that_is_not_there_fails(calls: CandidateCalls, model: str, function_version: str) -> None:
    with pytest.raises(CandidateFailed, match="not found"):
        calls.invoke(model, function_version, {})
    with pytest.raises(CandidateFailed, match="not found"):
        calls.send(model, function_version, {})


def test_nobody_waits_for_what_is_sent_and_its_error_is_nobodys(calls: CandidateCalls) -> None:
    calls.send("churn", "1", {"do": "fail"})


def test_what_is_sent_to_memory_is_handled_when_it_is_delivered() -> None:
    seen: list[Any] = []

    def function(event: Any) -> dict[str, Any]:
        seen.append(event)
        return {}

    calls = MemoryCandidateCalls("churn", {"1": function, "2": behave})
    calls.send("churn", "2", {"do": "fail"})
    calls.send("churn", "1", {"n": 1})
    assert seen == []

    calls.deliver()
    calls.deliver()

    assert (seen, calls.sent) == ([{"n": 1}], [])


def test_what_is_sent_to_lambda_reaches_the_version_that_was_named(
    lambda_calls: LambdaCandidateCalls, host: _Host
) -> None:
    lambda_calls.send("churn", "1", {"n": 1})

    assert host.arrived.wait(10)
    assert host.seen == [(NAME, "1", {"n": 1})]


def test_a_lambda_that_is_busy_is_unavailable_and_says_nothing_of_the_candidate(
    lambda_calls: LambdaCandidateCalls,
) -> None:
    with pytest.raises(StoreUnavailable, match="Rate Exceeded"):
        lambda_calls.invoke("churn", "1", {"do": "throttle"})
