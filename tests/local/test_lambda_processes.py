"""What only environments in processes of their own show: kills, groups, variables, init exits."""

import asyncio
import json
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from sluice.local.lambda_control.function_code import zip_of
from sluice.local.lambda_control.functions import LambdaFunctions
from sluice.local.lambda_host.host import LambdaHost
from tests.local.lambda_fixtures import (
    PROCESS,
    TINY_ZIP,
    a_host,
    ask,
    is_running,
    send,
    settings_of,
    states,
    tiny_functions,
    until,
)

HANDLERS = Path(__file__).parent / "lambda_handlers"


def a_function(module: str, **changes: Any) -> LambdaFunctions:
    functions = LambdaFunctions()
    package = zip_of({f"{module}.py": (HANDLERS / f"{module}.py").read_bytes()})
    functions.create_function("f", settings_of(handler=f"{module}.handler", **changes), zip_bytes=package)
    return functions


def wait_for_death(pid: int) -> None:
    """Without letting the event loop hear of it."""
    with suppress(ChildProcessError):  # its watcher may have collected it already
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def working_folder(pid: int) -> Path:
    return Path(f"/proc/{pid}/cwd").readlink()


def test_kill_dash_nine_under_load_costs_at_most_the_request_in_flight() -> None:
    failures: list[bytes] = []

    async def caller(host: LambdaHost, request_count: int) -> None:
        for _ in range(request_count):
            answer = await send(host, do="report")
            if answer.function_error:
                failures.append(answer.payload)

    async def main() -> None:
        async with a_host(tiny_functions(), PROCESS) as host:
            callers = [asyncio.create_task(caller(host, 60)) for _ in range(3)]
            await until(lambda: states(host).count("busy") >= 2)
            victim = next(status.pid for status in host.environments() if status.state == "busy")
            assert victim is not None
            os.kill(victim, signal.SIGKILL)
            await asyncio.gather(*callers)
            assert victim not in [status.pid for status in host.environments()]

    asyncio.run(main())

    assert len(failures) <= 1
    for failure in failures:
        assert json.loads(failure)["errorMessage"].endswith("Runtime exited with error: signal: killed")


def test_kill_dash_nine_of_a_busy_environment_is_answered_at_once_as_an_exit(tmp_path: Path) -> None:
    async def main() -> None:
        async with a_host(tiny_functions(), PROCESS) as host:
            asked = asyncio.create_task(send(host, do="wait_for", path=str(tmp_path / "never")))
            await until(lambda: states(host) == ["busy"])
            (pid,) = [status.pid for status in host.environments()]
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            answer = await asyncio.wait_for(asked, 5)
            document = json.loads(answer.payload)

            assert answer.function_error == "Unhandled"
            assert document["errorType"] == "Runtime.ExitError"
            assert document["errorMessage"].endswith(" Error: Runtime exited with error: signal: killed")

    asyncio.run(main())


def test_environment_killed_while_idle_costs_no_request() -> None:
    async def main() -> None:
        async with a_host(tiny_functions(), PROCESS) as host:
            before = (await ask(host))["boot"]
            (pid,) = [status.pid for status in host.environments()]
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            wait_for_death(pid)
            answer = await send(host)

            assert answer.function_error is None
            assert json.loads(answer.payload)["boot"] != before

    asyncio.run(main())


def test_stopping_the_host_leaves_no_process_and_none_that_a_function_started() -> None:
    async def main() -> tuple[list[int], Path]:
        async with a_host(tiny_functions(), PROCESS) as host:
            grandchild = await ask(host, do="spawn")
            await host.warm("f", "$LATEST", count=2)
            pids = [status.pid for status in host.environments() if status.pid is not None]
            folder = working_folder(pids[0])
            assert len(pids) == 2
            assert all(is_running(pid) for pid in (*pids, grandchild))
        return [*pids, grandchild], folder

    pids, folder = asyncio.run(main())

    assert not [pid for pid in pids if is_running(pid)]
    assert not folder.exists()


def test_host_stopped_while_an_environment_starts_leaves_no_process() -> None:
    async def main() -> list[int]:
        async with a_host(tiny_functions(), PROCESS) as host:
            asked = asyncio.create_task(send(host))
            await until(lambda: any(status.pid is not None for status in host.environments()))
            pids = [status.pid for status in host.environments() if status.pid is not None]
            await host.stop()
            assert (await asked).function_error == "Unhandled"
        return pids

    assert not [pid for pid in asyncio.run(main()) if is_running(pid)]


def test_process_gets_lambdas_variables_the_functions_own_and_nothing_of_its_parent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PARENTS_SECRET", "kept")
    functions = a_function("revealing", environment={"MODEL": "digits"}, memory_mb=256)

    async def main() -> Any:
        async with a_host(functions, PROCESS) as host:
            return await ask(host)

    seen = asyncio.run(main())

    variables = seen["variables"]
    assert "PARENTS_SECRET" not in variables
    assert variables["MODEL"] == "digits"
    assert variables["AWS_LAMBDA_FUNCTION_NAME"] == "f"
    assert variables["AWS_LAMBDA_FUNCTION_VERSION"] == "$LATEST"
    assert variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert variables["AWS_LAMBDA_LOG_GROUP_NAME"] == "/aws/lambda/f"
    assert variables["AWS_REGION"] == "eu-central-1"
    assert variables["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert variables["_HANDLER"] == "revealing.handler"
    assert variables["LAMBDA_TASK_ROOT"] == seen["folder"]
    assert seen["folder"] in seen["path"]
    assert seen["temporary"] == variables["TMPDIR"] != seen["folder"]
    assert seen["group"] == seen["pid"]


def test_module_that_cannot_be_imported_is_reported_as_the_runtime_client_reports_it() -> None:
    functions = LambdaFunctions()
    functions.create_function("f", settings_of(handler="absent.handler"), zip_bytes=TINY_ZIP)

    async def main() -> Any:
        async with a_host(functions, PROCESS) as host:
            return await ask(host)

    document = asyncio.run(main())

    assert document["errorType"] == "Runtime.ImportModuleError"
    assert document["errorMessage"] == "Unable to import module 'absent': No module named 'absent'"


def test_exit_during_init_is_an_exit_error_and_not_a_timeout() -> None:
    async def main() -> Any:
        async with a_host(a_function("stubborn"), PROCESS) as host:
            return await ask(host)

    document = asyncio.run(main())

    assert document["errorType"] == "Runtime.ExitError"
    assert document["errorMessage"].endswith(" Error: Runtime exited with error: exit status 7")


def test_package_that_would_write_outside_its_folder_is_never_run() -> None:
    functions = LambdaFunctions()
    functions.create_function("f", settings_of(), zip_bytes=zip_of({"../escaped.py": b"", "tiny.py": b""}))

    async def main() -> Any:
        async with a_host(functions, PROCESS) as host:
            return await ask(host)

    document = asyncio.run(main())

    assert document["errorType"] == "Runtime.InvalidPackage"
