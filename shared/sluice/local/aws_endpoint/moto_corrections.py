"""What moto's interpreter of state machines does otherwise than AWS, put right where we rely on it."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

_ENVIRONMENT_SECONDS = 10.0


@contextmanager
def changed(owner: Any, name: str, ours: Any) -> Iterator[None]:
    """A member of a module or class replaced by ours, for a while."""
    before = vars(owner)[name]
    setattr(owner, name, ours)
    try:
        yield
    finally:
        setattr(owner, name, before)


@contextmanager
def corrected() -> Iterator[None]:
    """An execution may be stopped at any moment, and a definition may start another one."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sfn import (
        StateTaskServiceSfn,
    )
    from moto.stepfunctions.parser.asl.eval.environment import Environment
    from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

    normalise = StateTaskServiceSfn._normalise_parameters  # noqa: SLF001
    with ExitStack() as undo:
        undo.enter_context(changed(ExecutionWorker, "stop", _stop))
        undo.enter_context(changed(Environment, "set_error", _unless_stopped(Environment.set_error)))
        undo.enter_context(changed(StateTaskServiceSfn, "_normalise_parameters", _then_as_boto_names(normalise)))
        yield


def _stop(worker: Any, **how: Any) -> None:
    """One that was just started has no environment yet, and moto would fail; one that waits for a callback waits on."""
    until = time.monotonic() + _ENVIRONMENT_SECONDS
    while worker.env is None and time.monotonic() < until:
        time.sleep(0.01)
    worker.env.set_stop(**how)
    for endpoint in tuple(worker.env.callback_pool_manager._pool.values()):  # noqa: SLF001
        endpoint.interrupt_all()


def _unless_stopped(set_error: Callable[..., None]) -> Callable[..., None]:
    """What is aborted amid a task fails on what it left behind; it was aborted all the same."""
    from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped

    def set_unless_stopped(env: Any, error: Any) -> None:
        if not isinstance(env.program_state(), ProgramStopped):
            set_error(env, error)

    return set_unless_stopped


def _then_as_boto_names(normalise: Callable[..., None]) -> Callable[..., None]:
    """A definition has `StateMachineArn` where the API has `stateMachineArn`; moto hands on what the definition has."""

    def normalise_names(task: Any, parameters: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        normalise(task, parameters, *args, **kwargs)
        for name in tuple(parameters):
            parameters[name[0].lower() + name[1:]] = parameters.pop(name)

    return normalise_names
