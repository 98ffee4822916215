"""An execution environment as Lambda has it: a process of its own, under AWS's runtime client."""

import asyncio
import os
import signal
import sys
from asyncio import Future
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from sluice.local.lambda_control.function import FunctionVersion
from sluice.local.lambda_control.function_code import UnsafePackage
from sluice.local.lambda_host.environment import (
    DeathWatcher,
    InitFailed,
    LogLine,
    RuntimeAnswer,
    RuntimeRequest,
    error_document,
)
from sluice.local.lambda_host.lines import LineSplitter
from sluice.local.lambda_host.runtime_api import RuntimeApi
from sluice.local.lambda_host.runtime_session import RuntimeSession
from sluice.local.lambda_host.unpacked_code import CodeFolders
from sluice.local.lambda_host.variables import EnvironmentPlace, process_variables

_CHUNK_BYTES = 65_536
_LAST_WORDS_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ProcessHouse:
    """What all processes of a host share."""

    runtime_api: RuntimeApi
    code_folders: CodeFolders
    plane_variables: Mapping[str, str] = field(default_factory=dict)


class ProcessEnvironment:
    """`python -m awslambdaric`, leader of its own process group, so that stopping it stops all it started."""

    def __init__(
        self,
        version: FunctionVersion,
        on_death: DeathWatcher,
        *,
        house: ProcessHouse,
        log_stream: str,
        write_line: LogLine,
    ) -> None:
        self.pid: int | None = None
        self._version = version
        self._on_death = on_death
        self._house = house
        self._log_stream = log_stream
        self.write_line = write_line
        self._session = RuntimeSession()
        self._port: int | None = None
        self._life: asyncio.Task[None] | None = None
        self._stopping = False
        self._init_request_id = ""

    async def start(self, request_id: str) -> None:
        """Start the process and wait for its first poll. Raises InitFailed."""
        self._init_request_id = request_id
        try:
            place = await self._move_in()
        except UnsafePackage as error:
            raise InitFailed(error_document("Runtime.InvalidPackage", str(error), request_id)) from error
        if self._stopping:
            raise InitFailed(error_document("Runtime.ExitError", _exit_message(-signal.SIGKILL), request_id))
        self._life = asyncio.create_task(self._live(await self._spawn(place)))
        if self._stopping:
            self._kill_group()
        await self._session.ready()

    def invoke(self, request: RuntimeRequest) -> "Future[RuntimeAnswer]":
        """Hand the request to the process; its death is an answer too."""
        return self._session.offer(request)

    def is_alive(self) -> bool:
        """Ask the kernel, because the event loop hears of a death only later."""
        if self._life is None or self._life.done() or self.pid is None:
            return False
        with suppress(ChildProcessError):
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        return False

    async def stop(self) -> None:
        """Kill the group and wait for the end."""
        self._stopping = True
        if self._life is None or not self._life.done():
            self._kill_group()
        if self._life is not None:
            await asyncio.shield(self._life)
        elif self._port is not None:
            await self._house.runtime_api.close(self._port)

    async def _move_in(self) -> EnvironmentPlace:
        task_root = await self._house.code_folders.folder_of(self._version.code)
        scratch = self._house.code_folders.new_scratch()
        self._port = await self._house.runtime_api.open(self._session)
        return EnvironmentPlace(task_root, scratch, f"127.0.0.1:{self._port}", self._log_stream)

    async def _spawn(self, place: EnvironmentPlace) -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "awslambdaric",
            self._version.settings.handler,
            cwd=place.task_root,
            env=process_variables(self._version, place, self._house.plane_variables),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            start_new_session=True,
        )
        self.pid = process.pid
        return process

    async def _live(self, process: Process) -> None:
        reading = asyncio.create_task(self._read_output(process))
        status = await process.wait()
        self._kill_group()
        self._end(status)
        # A descendant that left the group may hold the pipe open; nobody waits for it.
        await asyncio.wait({reading}, timeout=_LAST_WORDS_SECONDS)
        reading.cancel()
        if self._port is not None:
            await self._house.runtime_api.close(self._port)
        if not self._stopping:
            self._on_death(self)

    async def _read_output(self, process: Process) -> None:
        assert process.stdout is not None
        splitter = LineSplitter(self.write_line)
        while chunk := await process.stdout.read(_CHUNK_BYTES):
            splitter.feed(chunk)
        splitter.finish()

    def _end(self, status: int) -> None:
        message = _exit_message(status)
        init_document = error_document("Runtime.ExitError", message, self._init_request_id)
        document = error_document("Runtime.ExitError", message, self._session.request_id or self._init_request_id)
        self._session.end(init_document, RuntimeAnswer(document, failed=True, reusable=False))

    def _kill_group(self) -> None:
        # After the leader's end too: whatever it started must not outlive it.
        if self.pid is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)


def _exit_message(status: int) -> str:
    if status == 0:
        return "Runtime exited without providing a reason"
    if status > 0:
        return f"Runtime exited with error: exit status {status}"
    return f"Runtime exited with error: signal: {(signal.strsignal(-status) or str(-status)).lower()}"
