"""Let a controller that waits for people see at once what one of them did."""

from contextlib import suppress

from sluice.errors import StoreUnavailable
from sluice.rollouts.ports import ControllerRunner
from sluice.rollouts.state import RolloutState
from sluice.usecases.rollout_ports import RolloutPorts


def wake_controller(state: RolloutState, *, ports: RolloutPorts, runner: ControllerRunner) -> None:
    """What was done is stored and in the ledger: this only spares it the rest of its minute, so it never fails."""
    with suppress(StoreUnavailable):
        task_token = ports.store.find_task_token(state.model)
        if task_token is not None and not state.is_closed:
            runner.wake(task_token)
