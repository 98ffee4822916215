"""The Runtime API on the wire, without a runtime client's help."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from sluice.local.lambda_host.environment import RuntimeAnswer, RuntimeRequest
from sluice.local.lambda_host.runtime_api import RuntimeApi
from sluice.local.lambda_host.runtime_session import RuntimeSession

PREFIX = "/2018-06-01/runtime"
REQUEST = RuntimeRequest("5d5f2f0e-2d43-4a1e-9f43-000000000001", b'{"row": [1]}', "arn:aws:lambda:f", 1_795_000_000_000)
Play = Callable[[RuntimeSession, httpx.AsyncClient], Awaitable[None]]


def play(scenario: Play) -> None:
    async def main() -> None:
        api, session = RuntimeApi(), RuntimeSession()
        await api.start()
        try:
            port = await api.open(session)
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=5) as runtime:
                await scenario(session, runtime)
        finally:
            await api.stop()

    asyncio.run(main())


def test_poll_waits_for_a_request_and_gets_it_with_lambdas_headers() -> None:
    async def scenario(session: RuntimeSession, runtime: httpx.AsyncClient) -> None:
        poll = asyncio.create_task(runtime.get(f"{PREFIX}/invocation/next"))
        await session.ready()
        assert not poll.done()
        session.offer(REQUEST)
        given = await poll

        assert given.content == REQUEST.payload
        assert given.headers["Lambda-Runtime-Aws-Request-Id"] == REQUEST.request_id
        assert given.headers["Lambda-Runtime-Deadline-Ms"] == "1795000000000"
        assert given.headers["Lambda-Runtime-Invoked-Function-Arn"] == "arn:aws:lambda:f"
        assert given.headers["Lambda-Runtime-Trace-Id"].startswith("Root=1-")

    play(scenario)


def test_answer_reaches_the_host_once_and_a_second_one_is_refused() -> None:
    async def scenario(session: RuntimeSession, runtime: httpx.AsyncClient) -> None:
        answer = session.offer(REQUEST)
        path = f"{PREFIX}/invocation/{REQUEST.request_id}/response"
        first = await runtime.post(path, content=b'"done"')
        second = await runtime.post(path, content=b'"again"')

        assert first.status_code == 202
        assert await answer == RuntimeAnswer(b'"done"')
        assert (second.status_code, second.json()["errorType"]) == (400, "InvalidRequestID")

    play(scenario)


def test_answer_to_another_request_is_refused_and_the_right_one_still_taken() -> None:
    async def scenario(session: RuntimeSession, runtime: httpx.AsyncClient) -> None:
        answer = session.offer(REQUEST)
        stray = await runtime.post(f"{PREFIX}/invocation/other/error", content=b"{}")
        await runtime.post(f"{PREFIX}/invocation/{REQUEST.request_id}/error", content=b'{"errorType":"E"}')

        assert stray.status_code == 400
        assert await answer == RuntimeAnswer(b'{"errorType":"E"}', failed=True)

    play(scenario)


def test_poll_that_waits_is_let_go_when_the_session_ends() -> None:
    async def scenario(session: RuntimeSession, runtime: httpx.AsyncClient) -> None:
        poll = asyncio.create_task(runtime.get(f"{PREFIX}/invocation/next"))
        await session.ready()
        session.end(b"{}", RuntimeAnswer(b"{}", failed=True, reusable=False))

        assert (await poll).status_code == 403

    play(scenario)


def test_each_socket_is_one_environment() -> None:
    async def main() -> tuple[Any, Any]:
        api, sessions = RuntimeApi(), [RuntimeSession(), RuntimeSession()]
        await api.start()
        try:
            ports = [await api.open(session) for session in sessions]
            answers = [session.offer(REQUEST) for session in sessions]
            async with httpx.AsyncClient() as runtime:
                for port, body in zip(ports, (b"1", b"2"), strict=True):
                    address = f"http://127.0.0.1:{port}{PREFIX}/invocation/{REQUEST.request_id}/response"
                    await runtime.post(address, content=body)
            return (await answers[0]).payload, (await answers[1]).payload
        finally:
            await api.stop()

    assert asyncio.run(main()) == (b"1", b"2")
