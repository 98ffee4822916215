"""moto's interpreter of state machines, as far as it must be changed to live in the plane.

It takes seconds to load, so nothing here is called before the first request to Step Functions.
"""

import datetime as dt
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any

from sluice.clock import Clock
from sluice.local.aws_endpoint.moto_corrections import changed, corrected
from sluice.local.aws_endpoint.moto_waits import ClockWaits

_PACKAGE = "moto.stepfunctions.parser"
_JOIN_SECONDS = 10.0


@contextmanager
def interpreter_with(waits: ClockWaits, client_of: Callable[..., Any]) -> Iterator[None]:
    """Let definitions be executed: waits, time limits and times are of our clock, tasks call by clients of ours."""
    from moto.core.config import default_user_config
    from moto.stepfunctions.parser import models
    from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
    from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for

    assert models  # loads the interpreter
    instead = (
        ("boto_client_for", boto_client_for, client_of),
        ("datetime", dt, _datetime_of(waits.clock)),
        ("threading", threading, _like(threading, Event=waits.event)),
        ("Event", threading.Event, waits.event),
        ("time", time, _like(time, sleep=waits.sleep)),
    )
    with ExitStack() as undo:
        for name, theirs, ours in instead:
            undo.enter_context(_everywhere(name, theirs, ours))
        undo.enter_context(changed(WaitFunction, "_wait_interval", _wait_by(waits)))
        undo.enter_context(corrected())
        settings: Any = default_user_config["stepfunctions"]
        undo.callback(settings.update, dict(settings))
        settings["execute_state_machine"] = True
        yield


def stop_executions(clock: Clock) -> None:
    """Stop those that run, where they stand."""
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends

    backends = [it for regions in stepfunctions_parser_backends.values() for it in regions.values()]
    executions = [execution for it in backends for machine in it.state_machines for execution in machine.executions]
    for execution in executions:
        if execution.status == "RUNNING":
            execution.stop(stop_date=clock.now(), error=None, cause=None)


def join_executions() -> None:
    """Wait until no thread of an execution runs any more."""
    from moto.stepfunctions.parser.utils import TMP_THREADS

    until = time.monotonic() + _JOIN_SECONDS
    for thread in TMP_THREADS:
        thread.join(max(0.0, until - time.monotonic()))
    TMP_THREADS.clear()


@contextmanager
def _everywhere(name: str, theirs: Any, ours: Any) -> Iterator[None]:
    """Ours instead of theirs, in every module of the interpreter: they look the name up at every call."""
    with ExitStack() as undo:
        for path, module in list(sys.modules.items()):
            if path.startswith(_PACKAGE) and vars(module).get(name) is theirs:
                undo.enter_context(changed(module, name, ours))
        yield


def _like(module: Any, **ours: Any) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(module), **ours})


def _datetime_of(clock: Clock) -> SimpleNamespace:
    class Clocked(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            """As `datetime.now`; a plane without a time zone has UTC."""
            now = clock.now().astimezone(tz or dt.UTC)
            return now if tz else now.replace(tzinfo=None)

    return _like(dt, datetime=Clocked)


def _wait_by(waits: ClockWaits) -> Callable[..., None]:
    def wait_interval(_state: Any, env: Any, wait_seconds: int) -> None:
        until = waits.clock.now() + dt.timedelta(seconds=wait_seconds)
        while env.is_running() and not waits.is_over and (now := waits.clock.now()) < until:
            env.program_state_event.wait((until - now).total_seconds())

    return wait_interval
