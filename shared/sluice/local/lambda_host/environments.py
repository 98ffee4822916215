"""Makes and ends the execution environments of a host, in processes or in this process."""

import asyncio
from functools import partial
from uuid import uuid4

from sluice.clock import Clock
from sluice.local.lambda_control.function import FunctionVersion
from sluice.local.lambda_host.environment import DeathWatcher, ExecutionEnvironment
from sluice.local.lambda_host.in_process_environment import InProcessEnvironment
from sluice.local.lambda_host.log_store import LogStore, log_group_of
from sluice.local.lambda_host.loop_environment import LoopEnvironment
from sluice.local.lambda_host.process_environment import ProcessEnvironment, ProcessHouse
from sluice.local.lambda_host.runtime_api import RuntimeApi
from sluice.local.lambda_host.settings import HostSettings
from sluice.local.lambda_host.unpacked_code import CodeFolders


class EnvironmentMaker:
    """One per host. Between `start` and `stop` it makes environments; `stop` waits for those being ended."""

    def __init__(self, settings: HostSettings, *, log_store: LogStore, clock: Clock) -> None:
        self._settings = settings
        self._log_store = log_store
        self._clock = clock
        self._runtime_api = RuntimeApi()
        self._house: ProcessHouse | None = None
        self._endings: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Open the Runtime API."""
        await self._runtime_api.start()
        self._house = ProcessHouse(self._runtime_api, CodeFolders(), self._settings.variables)

    def make(self, version: FunctionVersion, on_death: DeathWatcher) -> ExecutionEnvironment:
        """An environment that has yet to start."""
        log_stream = f"{self._clock.now():%Y/%m/%d}/[{version.function_version}]{uuid4().hex}"
        write_line = partial(self._log_store.append, log_group_of(version.function_name), log_stream)
        factory = self._settings.handler_factory
        if factory is not None:
            kind = LoopEnvironment if self._settings.handlers_on_loop else InProcessEnvironment
            return kind(version, factory, log_stream=log_stream, write_line=write_line)
        assert self._house is not None
        return ProcessEnvironment(version, on_death, house=self._house, log_stream=log_stream, write_line=write_line)

    def end_soon(self, environment: ExecutionEnvironment) -> None:
        """End an environment while others go on."""
        task = asyncio.create_task(environment.stop())
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)

    async def stop(self) -> None:
        """Wait for every environment that is ending, then close the Runtime API and remove unpacked code."""
        while self._endings:
            await asyncio.gather(*self._endings)
        await self._runtime_api.stop()
        if self._house is not None:
            await self._house.code_folders.remove()
