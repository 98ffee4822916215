"""The Lambda host: runs function versions in environments that take one request at a time, as Lambda does."""

import asyncio
from asyncio import AbstractEventLoop, Future
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from os import urandom
from typing import Any, TypeVar

from sluice.clock import Clock
from sluice.local.lambda_control.function import LATEST
from sluice.local.lambda_control.functions import LambdaFunctions
from sluice.local.lambda_control.refusals import request_too_large, service_failure
from sluice.local.lambda_host.environment import InitFailed, RuntimeAnswer
from sluice.local.lambda_host.environments import EnvironmentMaker
from sluice.local.lambda_host.failure_report import report_failure
from sluice.local.lambda_host.fleet import EnvironmentStatus, Fleet
from sluice.local.lambda_host.invocation import Invocation
from sluice.local.lambda_host.log_store import LogStore
from sluice.local.lambda_host.pool import EnvironmentPool, PooledEnvironment
from sluice.local.lambda_host.routing import QualifierResolver
from sluice.local.lambda_host.run import initialise, run_request
from sluice.local.lambda_host.settings import HostSettings

MAX_REQUEST_BYTES = 6_291_456
Result = TypeVar("Result")


class LambdaHost:
    """Invokes functions. Everything but the constructor belongs to one event loop.

    The same `seed` sends the same sequence of requests to the same versions of a weighted alias.
    """

    def __init__(
        self, functions: LambdaFunctions, *, seed: int, settings: HostSettings, log_store: LogStore, clock: Clock
    ) -> None:
        self._functions = functions
        self._settings = settings
        self._resolver = QualifierResolver(functions, seed=seed)
        self._maker = EnvironmentMaker(settings, log_store=log_store, clock=clock)
        self._fleet = Fleet(self._maker, settings=settings, clock=clock)
        self._tasks: set[asyncio.Task[object]] = set()
        self._serving: set[Future[RuntimeAnswer]] = set()
        self._reaper: asyncio.Task[None] | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Begin to take invocations."""
        await self._maker.start()
        loop = asyncio.get_running_loop()
        self._unsubscribe = self._functions.subscribe(lambda: self._functions_changed(loop))
        self._reaper = loop.create_task(self._reap_for_ever())

    async def stop(self) -> None:
        """End every environment. Requests in them are answered as if the environment had been killed."""
        if self._reaper is None:
            return
        reaper, self._reaper = self._reaper, None
        self._unsubscribe()
        reaper.cancel()
        self._fleet.end_all()
        unfinished: list[Future[Any]] = [reaper, *self._tasks, *self._serving]
        await asyncio.wait(unfinished)
        await self._maker.stop()

    async def invoke(self, function_name: str, qualifier: str, payload: bytes) -> Invocation:
        """Run the version that `qualifier` resolves to ("" is $LATEST), once. Raises AwsError.

        If the caller is cancelled, the function goes on to its end, as on Lambda.
        """
        self._check_running()
        if len(payload) > MAX_REQUEST_BYTES:
            raise request_too_large(MAX_REQUEST_BYTES)
        version = self._resolver.draw(function_name, qualifier or LATEST)
        pool = self._fleet.pool_of(version)
        pooled = pool.take() or pool.add()
        arn = f"{version.arn}:{qualifier}" if qualifier else version.arn
        if pooled.state == "starting":
            answer = await self._to_its_end(self._start_and_serve(pool, pooled, payload, invoked_arn=arn))
        else:
            serving = self._serve(pool, pooled, payload, invoked_arn=arn)
            answer = serving.result() if serving.done() else await asyncio.shield(serving)
        return Invocation(answer.payload, version.function_version, "Unhandled" if answer.failed else None)

    async def warm(self, function_name: str, qualifier: str, *, count: int = 1) -> None:
        """Have at least `count` environments of each version behind `qualifier`, started without a request.

        Raises AwsError, and InitFailed if the function cannot start.
        """
        self._check_running()
        for version in self._resolver.targets(function_name, qualifier or LATEST):
            pool = self._fleet.pool_of(version)
            new = [pool.add() for _ in range(count - len(pool))]
            await asyncio.gather(*(self._to_its_end(self._warm(pool, pooled)) for pooled in new))

    def environments(self) -> list[EnvironmentStatus]:
        """Every environment that exists now."""
        return self._fleet.environments()

    def reap_idle(self) -> None:
        """End what has been idle for `idle_seconds` by the clock; happens by itself every few seconds."""
        self._fleet.reap_idle()

    async def _start_and_serve(
        self, pool: EnvironmentPool, pooled: PooledEnvironment, payload: bytes, *, invoked_arn: str
    ) -> RuntimeAnswer:
        request_id = _new_request_id()
        try:
            await self._start(pool, pooled, request_id)
        except InitFailed as failure:
            report_failure(pooled.environment.write_line, request_id, failure.document)
            return RuntimeAnswer(failure.document, failed=True)
        return await self._serve(pool, pooled, payload, invoked_arn=invoked_arn, request_id=request_id)

    def _serve(
        self,
        pool: EnvironmentPool,
        pooled: PooledEnvironment,
        payload: bytes,
        *,
        invoked_arn: str,
        request_id: str | None = None,
    ) -> "Future[RuntimeAnswer]":
        """The answer of an environment that has started; whoever waits for it, it is released once it is there."""
        request_id = request_id or _new_request_id()
        answer = run_request(
            pooled.environment,
            payload,
            request_id=request_id,
            invoked_arn=invoked_arn,
            limit_seconds=pool.version.settings.timeout_seconds,
        )
        if answer.done():
            self._served(pool, pooled, request_id, answer)
        else:
            self._serving.add(answer)
            answer.add_done_callback(partial(self._served, pool, pooled, request_id))
        return answer

    def _served(
        self, pool: EnvironmentPool, pooled: PooledEnvironment, request_id: str, answer: "Future[RuntimeAnswer]"
    ) -> None:
        self._serving.discard(answer)
        given = answer.result()
        if given.failed:
            report_failure(pooled.environment.write_line, request_id, given.payload)
        self._fleet.release(pool, pooled, reusable=given.reusable)

    async def _warm(self, pool: EnvironmentPool, pooled: PooledEnvironment) -> None:
        await self._start(pool, pooled, _new_request_id())
        self._fleet.release(pool, pooled, reusable=True)

    async def _start(self, pool: EnvironmentPool, pooled: PooledEnvironment, request_id: str) -> None:
        try:
            await initialise(pooled.environment, request_id, limit_seconds=self._settings.init_limit_seconds)
        except InitFailed:
            self._fleet.release(pool, pooled, reusable=False)
            raise
        pooled.state = "busy"

    async def _to_its_end(self, work: Coroutine[object, object, Result]) -> Result:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    def _check_running(self) -> None:
        if self._reaper is None:
            raise service_failure("The Lambda host is not running")

    def _functions_changed(self, loop: AbstractEventLoop) -> None:
        # The writer's thread may be ahead of a loop that has just closed; then there is nothing to retire.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._fleet.retire_stale, self._functions)

    async def _reap_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._settings.reap_interval_seconds)
            self._fleet.reap_idle()


def _new_request_id() -> str:
    """A version 4 UUID, written as `uuid` would and five times as fast."""
    digits = urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
