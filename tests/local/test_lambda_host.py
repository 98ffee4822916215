"""Which environments live, and for how long."""

import asyncio
import json
from collections import Counter
from dataclasses import replace

import pytest

from sluice.local.aws_errors import AwsError
from sluice.local.lambda_control.alias_changes import AliasWrite
from sluice.local.lambda_control.function_code import zip_of
from sluice.local.lambda_control.functions import LambdaFunctions
from sluice.local.lambda_host.environment import InitFailed
from sluice.local.lambda_host.host import MAX_REQUEST_BYTES, LambdaHost
from tests.local.lambda_fixtures import IN_PROCESS, TINY, SetClock, a_host, ask, send, states, tiny_functions, until

WITH_COMMENT = zip_of({"tiny.py": TINY + b"# changed\n"})


def two_versions(weight: float) -> LambdaFunctions:
    functions = tiny_functions()
    functions.publish_version("f")
    functions.update_code("f", WITH_COMMENT)
    functions.publish_version("f")
    functions.create_alias("f", "live", AliasWrite("1", {"2": weight}))
    return functions


async def versions_executed(functions: LambdaFunctions, *, seed: int, request_count: int) -> list[str]:
    async with a_host(functions, IN_PROCESS, seed=seed) as host:
        return [(await send(host, "live")).executed_version for _ in range(request_count)]


def test_ten_percent_of_a_thousand_requests_go_to_the_candidate_and_a_seed_repeats_its_sequence() -> None:
    first = asyncio.run(versions_executed(two_versions(0.1), seed=7, request_count=1000))
    again = asyncio.run(versions_executed(two_versions(0.1), seed=7, request_count=1000))
    other = asyncio.run(versions_executed(two_versions(0.1), seed=8, request_count=1000))

    assert 70 <= Counter(first)["2"] <= 130
    assert first == again
    assert first != other


def test_version_that_is_reported_is_the_version_that_ran() -> None:
    async def main() -> None:
        async with a_host(two_versions(0.5), IN_PROCESS) as host:
            for _ in range(20):
                invocation = await send(host, "live")
                assert json.loads(invocation.payload)["function_version"] == invocation.executed_version

    asyncio.run(main())


def test_new_code_in_latest_ends_the_idle_environments_of_the_old() -> None:
    functions = tiny_functions()

    async def main() -> None:
        async with a_host(functions, IN_PROCESS) as host:
            before = (await ask(host))["boot"]
            functions.update_code("f", WITH_COMMENT)
            await until(lambda: host.environments() == [])
            assert (await ask(host))["boot"] != before

    asyncio.run(main())


def test_publishing_does_not_end_the_environments_of_latest() -> None:
    functions = tiny_functions()

    async def main() -> None:
        async with a_host(functions, IN_PROCESS) as host:
            before = (await ask(host))["boot"]
            functions.publish_version("f")
            await asyncio.sleep(0)
            assert (await ask(host))["boot"] == before

    asyncio.run(main())


def test_deleting_a_version_ends_its_environments_and_later_requests_are_refused() -> None:
    functions = tiny_functions()
    functions.publish_version("f")

    async def main() -> None:
        async with a_host(functions, IN_PROCESS) as host:
            await ask(host, "1")
            functions.delete_function("f", "1")
            await until(lambda: host.environments() == [])
            with pytest.raises(AwsError) as refusal:
                await ask(host, "1")
        assert (refusal.value.code, refusal.value.status) == ("ResourceNotFoundException", 404)
        assert refusal.value.message.endswith(":function:f:1")

    asyncio.run(main())


def test_environment_is_reaped_once_the_clock_says_it_was_idle_long_enough() -> None:
    clock = SetClock()

    async def main() -> None:
        settings = replace(IN_PROCESS, idle_seconds=600, reap_interval_seconds=0.001)
        async with a_host(tiny_functions(), settings, clock=clock) as host:
            await ask(host)
            clock.move(seconds=599)
            host.reap_idle()
            assert states(host) == ["idle"]
            clock.move(seconds=1)
            await until(lambda: host.environments() == [])

    asyncio.run(main())


def test_request_over_six_mebibytes_is_refused_before_it_runs() -> None:
    async def main() -> None:
        async with a_host(tiny_functions(), IN_PROCESS) as host:
            await host.invoke("f", "", b'"' + b"x" * (MAX_REQUEST_BYTES - 2) + b'"')
            with pytest.raises(AwsError) as refusal:
                await host.invoke("f", "", b"x" * (MAX_REQUEST_BYTES + 1))
        assert (refusal.value.code, refusal.value.status) == ("RequestTooLargeException", 413)

    asyncio.run(main())


def test_warming_an_alias_starts_environments_of_both_versions_and_spends_no_draw() -> None:
    async def main() -> list[str]:
        async with a_host(two_versions(0.5), IN_PROCESS) as host:
            await host.warm("f", "live", count=2)
            await host.warm("f", "live")
            started = Counter(status.function_version for status in host.environments())
            assert started == {"1": 2, "2": 2}
            assert states(host) == ["idle"] * 4
            return [(await send(host, "live")).executed_version for _ in range(30)]

    assert asyncio.run(main()) == asyncio.run(versions_executed(two_versions(0.5), seed=7, request_count=30))


def test_warming_a_function_that_cannot_start_says_why() -> None:
    async def main(host: LambdaHost) -> None:
        with pytest.raises(InitFailed, match="broken on purpose"):
            await host.warm("f", "$LATEST")
        assert host.environments() == []

    async def scenario() -> None:
        async with a_host(tiny_functions(handler="broken.handler"), IN_PROCESS) as host:
            await main(host)

    asyncio.run(scenario())


def test_unknown_function_version_and_alias_are_refused_with_their_arn() -> None:
    async def main() -> list[str]:
        messages = []
        async with a_host(tiny_functions(), IN_PROCESS) as host:
            for name, qualifier in (("g", "$LATEST"), ("f", "9"), ("f", "live")):
                with pytest.raises(AwsError) as refusal:
                    await host.invoke(name, qualifier, b"{}")
                messages.append(refusal.value.message)
        return messages

    arn = "Function not found: arn:aws:lambda:eu-central-1:000000000000:function"
    assert asyncio.run(main()) == [f"{arn}:g:$LATEST", f"{arn}:f:9", f"{arn}:f:live"]


def test_host_that_does_not_run_refuses_requests() -> None:
    async def main() -> None:
        async with a_host(tiny_functions(), IN_PROCESS) as host:
            await host.stop()
            with pytest.raises(AwsError) as refusal:
                await ask(host)
        assert (refusal.value.code, refusal.value.status) == ("ServiceException", 500)

    asyncio.run(main())
