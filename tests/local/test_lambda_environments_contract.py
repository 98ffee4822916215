"""One contract, every kind of execution environment: processes under AWS's runtime client, threads, and the loop.

On the loop nothing may wait, so what is said of requests that wait is not said of it.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sluice.local.aws_errors import AwsError
from sluice.local.lambda_host.host import LambdaHost
from sluice.local.lambda_host.log_store import LogStore
from sluice.local.lambda_host.settings import HostSettings
from tests.local.lambda_fixtures import IN_PROCESS, ON_LOOP, PROCESS, a_host, ask, send, states, tiny_functions, until

LIMIT_BYTES = 6_291_556

Scenario = Callable[[LambdaHost], Coroutine[Any, Any, None]]


WHERE_HANDLERS_MAY_WAIT = pytest.mark.parametrize("settings", [PROCESS, IN_PROCESS], ids=["process", "in process"])


@pytest.fixture(params=[PROCESS, IN_PROCESS, ON_LOOP], ids=["process", "in process", "on the loop"])
def settings(request: pytest.FixtureRequest) -> HostSettings:
    value: HostSettings = request.param
    return value


def play(settings: HostSettings, scenario: Scenario, **changes: Any) -> LogStore:
    log_store = LogStore()

    async def main() -> None:
        async with a_host(tiny_functions(**changes), settings, log_store=log_store) as host:
            await scenario(host)

    asyncio.run(main())
    return log_store


def test_handler_gets_its_event_and_lambdas_context(settings: HostSettings) -> None:
    async def scenario(host: LambdaHost) -> None:
        answer = await ask(host, do="report", row=[1, "é"])

        assert answer["event"] == {"do": "report", "row": [1, "é"]}
        assert answer["function_name"] == "f"
        assert answer["function_version"] == "$LATEST"
        assert answer["memory_limit_in_mb"] == "128"
        assert answer["invoked_function_arn"] == "arn:aws:lambda:eu-central-1:000000000000:function:f:$LATEST"
        assert 15_000 < answer["remaining_ms"] <= 20_000
        assert len(answer["request_id"]) == 36

    play(settings, scenario)


def test_exception_becomes_an_unhandled_error_document_and_the_environment_lives_on(settings: HostSettings) -> None:
    async def scenario(host: LambdaHost) -> None:
        before = (await ask(host))["boot"]
        failed = await send(host, do="fail", message="no such row")
        document = json.loads(failed.payload)

        assert failed.function_error == "Unhandled"
        assert (document["errorType"], document["errorMessage"]) == ("ValueError", "no such row")
        assert any("in fail" in frame for frame in document["stackTrace"])
        assert (await ask(host))["boot"] == before

    play(settings, scenario)


def test_result_that_json_cannot_carry_is_a_marshal_error(settings: HostSettings) -> None:
    async def scenario(host: LambdaHost) -> None:
        answer = await send(host, do="marshal")

        assert answer.function_error == "Unhandled"
        assert json.loads(answer.payload)["errorType"] == "Runtime.MarshalError"

    play(settings, scenario)


def test_exit_in_a_request_is_answered_as_lambda_does_and_the_environment_is_replaced(settings: HostSettings) -> None:
    async def scenario(host: LambdaHost) -> None:
        before = (await ask(host))["boot"]
        answer = await send(host, do="leave", status=3)
        document = json.loads(answer.payload)

        assert answer.function_error == "Unhandled"
        assert document["errorType"] == "Runtime.ExitError"
        assert document["errorMessage"].endswith(" Error: Runtime exited with error: exit status 3")
        assert document["errorMessage"].startswith("RequestId: ")
        assert (await ask(host))["boot"] != before

    play(settings, scenario)


@WHERE_HANDLERS_MAY_WAIT
def test_request_over_the_functions_timeout_is_cut_off_and_its_environment_replaced(
    settings: HostSettings, tmp_path: Path
) -> None:
    async def scenario(host: LambdaHost) -> None:
        before = (await ask(host))["boot"]
        answer = await send(host, do="wait_for", path=str(tmp_path / "never"))
        document = json.loads(answer.payload)

        assert answer.function_error == "Unhandled"
        assert document["errorType"] == "Sandbox.Timedout"
        assert document["errorMessage"].endswith(" Error: Task timed out after 1.00 seconds")
        assert (await ask(host))["boot"] != before
        (tmp_path / "never").touch()

    play(settings, scenario, timeout_seconds=1)


def test_response_may_have_six_mebibytes_and_a_hundred_bytes_but_not_one_more(settings: HostSettings) -> None:
    async def scenario(host: LambdaHost) -> None:
        largest = await send(host, do="fill", bytes=LIMIT_BYTES)
        larger = await send(host, do="fill", bytes=LIMIT_BYTES + 1)

        assert (len(largest.payload), largest.function_error) == (LIMIT_BYTES, None)
        assert larger.function_error == "Unhandled"
        assert json.loads(larger.payload)["errorType"] == "Function.ResponseSizeTooLarge"
        assert (await ask(host))["function_name"] == "f"

    play(settings, scenario)


def test_failing_init_answers_every_request_with_its_error_and_leaves_no_environment(settings: HostSettings) -> None:
    async def scenario(host: LambdaHost) -> None:
        for _ in range(2):
            answer = await send(host)
            assert answer.function_error == "Unhandled"
            document = json.loads(answer.payload)
            assert document["errorType"] in ("ValueError", "Runtime.ImportModuleError")
        assert host.environments() == []

    play(settings, scenario, handler="broken.handler")


def test_printed_lines_reach_the_functions_log_group(settings: HostSettings) -> None:
    async def scenario(host: LambdaHost) -> None:
        await send(host, do="say", text="one line")

    log_store = play(settings, scenario)

    messages = [event.message for event in log_store.read("/aws/lambda/f").events]
    assert messages[0] == "booted"
    assert sorted(messages[1:3]) == ["one line", "one line as an error"]


def reports_in(log_store: LogStore) -> list[str]:
    """What the platform's lines say after the request's id."""
    lines = [event.message for event in log_store.read("/aws/lambda/f").events]
    return [line.partition("\t")[2] for line in lines if line.startswith("REPORT RequestId: ")]


def test_each_request_that_ends_in_an_error_has_a_line_in_the_log_and_no_other_has(settings: HostSettings) -> None:
    async def scenario(host: LambdaHost) -> None:
        for request in ({}, {"do": "leave", "status": 3}, {"do": "fail", "message": "no such row"}, {}):
            await send(host, **request)

    assert reports_in(play(settings, scenario)) == [
        "Status: error\tError Type: Runtime.ExitError",
        "Status: error\tError Type: ValueError",
    ]


@WHERE_HANDLERS_MAY_WAIT
def test_a_request_that_runs_out_of_time_has_a_line_in_the_log(settings: HostSettings, tmp_path: Path) -> None:
    async def scenario(host: LambdaHost) -> None:
        await send(host, do="wait_for", path=str(tmp_path / "never"))
        (tmp_path / "never").touch()

    assert reports_in(play(settings, scenario, timeout_seconds=1)) == ["Status: timeout"]


def test_each_request_to_a_function_that_cannot_start_has_a_line_in_the_log(settings: HostSettings) -> None:
    async def scenario(host: LambdaHost) -> None:
        for _ in range(2):
            await send(host)

    first, second = reports_in(play(settings, scenario, handler="broken.handler"))
    assert first == second
    assert first.startswith("Status: error\tError Type: ")


@WHERE_HANDLERS_MAY_WAIT
def test_simultaneous_requests_get_one_environment_each_and_the_next_ones_reuse_them(
    settings: HostSettings, tmp_path: Path
) -> None:
    async def scenario(host: LambdaHost) -> None:
        gate = tmp_path / "gate"
        asked = [asyncio.create_task(ask(host, do="wait_for", path=str(gate))) for _ in range(3)]
        await until(lambda: states(host) == ["busy"] * 3)
        gate.touch()
        boots = await asyncio.gather(*asked)

        assert len(set(boots)) == 3
        assert (await ask(host))["boot"] in boots
        assert states(host) == ["idle"] * 3

    play(settings, scenario)


@WHERE_HANDLERS_MAY_WAIT
def test_request_beyond_the_scale_out_limit_is_throttled_at_once(settings: HostSettings, tmp_path: Path) -> None:
    async def scenario(host: LambdaHost) -> None:
        gate = tmp_path / "gate"
        asked = asyncio.create_task(ask(host, do="wait_for", path=str(gate)))
        await until(lambda: states(host) == ["busy"])
        with pytest.raises(AwsError) as refusal:
            await ask(host)
        gate.touch()

        assert (refusal.value.code, refusal.value.status) == ("TooManyRequestsException", 429)
        assert await asked

    play(replace(settings, scale_out=1), scenario)


@WHERE_HANDLERS_MAY_WAIT
def test_stopping_the_host_answers_the_request_in_flight(settings: HostSettings, tmp_path: Path) -> None:
    async def scenario(host: LambdaHost) -> None:
        asked = asyncio.create_task(ask(host, do="wait_for", path=str(tmp_path / "gate")))
        await until(lambda: states(host) == ["busy"])
        await host.stop()
        (tmp_path / "gate").touch()

        assert (await asked)["errorMessage"].endswith("Runtime exited with error: signal: killed")
        assert host.environments() == []

    play(settings, scenario)


@WHERE_HANDLERS_MAY_WAIT
def test_caller_that_gives_up_does_not_end_the_function(settings: HostSettings, tmp_path: Path) -> None:
    async def scenario(host: LambdaHost) -> None:
        gate = tmp_path / "gate"
        before = (await ask(host))["boot"]
        asked = asyncio.create_task(ask(host, do="wait_for", path=str(gate)))
        await until(lambda: states(host) == ["busy"])
        asked.cancel()
        await asyncio.wait({asked})
        assert states(host) == ["busy"]
        gate.touch()
        await until(lambda: states(host) == ["idle"])

        assert (await ask(host))["boot"] == before

    play(settings, scenario)


def test_handlers_on_the_loop_serve_request_after_request_in_one_environment() -> None:
    async def scenario(host: LambdaHost) -> None:
        boots = await asyncio.gather(*(ask(host) for _ in range(3)))

        # All three came before the first environment had started.
        assert len({answer["boot"] for answer in boots}) == 3
        again = [(await ask(host))["boot"] for _ in range(3)]
        assert len(set(again)) == 1

    play(ON_LOOP, scenario)
