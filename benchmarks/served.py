"""A server in a process of its own, and a client that keeps one connection open to it."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from tempfile import TemporaryFile
from typing import IO, Any

from benchmarks.process_cpu import cpu_seconds
from benchmarks.serving_peers import INFER_PATH, ROOT, ServerCommand
from sluice.local.sockets import bound_socket

_HEADERS = {"content-type": "application/json", "accept": "application/json"}
_READY_SECONDS = 90.0
_LAST_WORDS_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class RunningServer:
    """One server that answers, and this process's one connection to it."""

    command: ServerCommand
    process: subprocess.Popen[bytes]
    connection: HTTPConnection
    errors: IO[bytes]

    def ask(self, body: bytes) -> Any:
        """The answer to an inference request, as JSON. Raises RuntimeError for anything but a 200."""
        self.connection.request("POST", INFER_PATH, body, _HEADERS)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{self.command.name} answered {answer.status}: {content[:500]!r}")
        return json.loads(content)

    def cpu_ms_per_request(self, body: bytes, *, requests: int) -> float:
        """What it uses for each of so many requests, one after the other over one connection."""
        # Servers close connections that were idle while others were timed.
        self.connection.close()
        for _ in range(20):
            self.ask(body)
        before = self.cpu_seconds()
        for _ in range(requests):
            self.ask(body)
        return (self.cpu_seconds() - before) * 1000 / requests

    def cpu_seconds(self) -> float:
        """What it has used so far, its children included."""
        return cpu_seconds(self.process.pid)


@contextmanager
def started(command: ServerCommand, first_body: bytes) -> Iterator[RunningServer]:
    """The server, from its first answer on; ended, with its children, at the end. Raises RuntimeError if it dies."""
    with bound_socket(0) as free:
        port = free.getsockname()[1]
    with TemporaryFile() as errors:
        yield from _started(command, first_body, port, errors)


def _started(command: ServerCommand, first_body: bytes, port: int, errors: IO[bytes]) -> Iterator[RunningServer]:
    process = subprocess.Popen(
        [str(command.python), *(it.format(port=port) for it in command.arguments)],
        cwd=ROOT,
        env=os.environ | {"BENCH_PORT": str(port), "PYTHONPATH": f"{ROOT}:{ROOT / 'shared'}"},
        stdout=subprocess.DEVNULL,
        stderr=errors,
        start_new_session=True,
    )
    server = RunningServer(command, process, HTTPConnection("127.0.0.1", port, timeout=30), errors)
    try:
        _wait_until_it_answers(server, first_body)
        yield server
    finally:
        server.connection.close()
        _end(process)


def _wait_until_it_answers(server: RunningServer, body: bytes) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        try:
            server.ask(body)
        except (OSError, RuntimeError) as error:
            server.connection.close()
            if server.process.poll() is not None or time.monotonic() > deadline:
                server.errors.seek(0)
                said = server.errors.read().decode(errors="replace")[-_LAST_WORDS_CHARACTERS:]
                raise RuntimeError(f"{server.command.name} does not answer: {error}\n{said}") from error
            time.sleep(0.1)
        else:
            return


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    # Workers that outlive their parent are in its session, which is ours alone.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
