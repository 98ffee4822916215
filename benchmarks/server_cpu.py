"""CPU time of a server per request over real HTTP: ours and the peers, each asked for the same row by one client."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

import numpy as np
import orjson
from rich.table import Table

from benchmarks.example_event import request_body
from benchmarks.example_experiments import UNIT_PARAMETERS
from benchmarks.goals import Goal, Result
from benchmarks.model_alone import session_run
from benchmarks.served import RunningServer, started
from benchmarks.serving_peers import FASTAPI, KSERVE, MLSERVER, OURS, PEERS, ServerCommand

_GOALS = {FASTAPI: 0.6, KSERVE: 0.2, MLSERVER: 0.2}


def server_cpu_result(*, rounds: int = 6, requests_per_round: int = 500) -> Result:
    """Milliseconds of user and system time, children included; the peers as far as `make bench-peers` was run."""
    body = request_body(parameters=UNIT_PARAMETERS).encode()
    with ExitStack() as running:
        servers = [server for command in (*OURS, *PEERS) if (server := _start(command, body, running))]
        used_ms = _used_ms(servers, body, rounds=rounds, requests=requests_per_round)
    ours_ms = used_ms[OURS[0]]
    table = Table("server CPU per request, 1x30 JSON over HTTP", "version", "ms", "ours beside it")
    for command, ms in used_ms.items():
        table.add_row(command.name, command.version(), f"{ms:.3f}", f"{ours_ms / ms:.2f}")
    return Result(table, tuple(_goals(used_ms, ours_ms)))


def _goals(used_ms: Mapping[ServerCommand, float], ours_ms: float) -> list[Goal]:
    return [
        Goal(
            f"server CPU per request / that of {peer.name}",
            ours_ms / used_ms[peer],
            limit,
            "",
            f"{ours_ms:.3f} ms beside {used_ms[peer]:.3f} ms",
        )
        for peer, limit in _GOALS.items()
        if peer in used_ms
    ]


def _start(command: ServerCommand, body: bytes, running: ExitStack) -> RunningServer | None:
    if not command.is_installed():
        sys.stderr.write(f"{command.name} is left out: `make bench-peers` installs it\n")
        return None
    server = running.enter_context(started(command, body))
    _check(server, body)
    return server


def _check(server: RunningServer, body: bytes) -> None:
    """It must answer what the model answers, to the last bit. Raises RuntimeError."""
    wanted = session_run(body)()
    assert isinstance(wanted, list)
    given = [output["data"] for output in server.ask(body)["outputs"]]
    for expected, found in zip(wanted, given, strict=True):
        if not np.array_equal(expected.ravel(), np.asarray(found, expected.dtype).ravel()):
            raise RuntimeError(f"{server.command.name} answers {orjson.dumps(given)!r}, the model {wanted}")


def _used_ms(
    servers: Sequence[RunningServer], body: bytes, *, rounds: int, requests: int
) -> dict[ServerCommand, float]:
    """The mean over rounds in turns; the first only warms up."""
    totals = {server.command: 0.0 for server in servers}
    for turn in range(rounds + 1):
        for server in servers:
            used_ms = server.cpu_ms_per_request(body, requests=requests)
            if turn:
                totals[server.command] += used_ms / rounds
    return totals
