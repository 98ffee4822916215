"""The failsafe put together from its ports: nothing in, all lapsed rollouts restored."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger

from sluice.errors import NotAvailable
from sluice.rollouts.state import RolloutState
from sluice.usecases.restore_stable import restore_lapsed
from sluice.usecases.rollout_ports import RolloutPorts


def build_handler(ports: RolloutPorts, *, logger: Logger) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """The Lambda handler, called every minute: a line per rollout that it ended.

    It raises NotAvailable after all of them were tried if one could not be restored, so that the alarm on its errors
    wakes somebody; the next minute tries again.
    """

    @logger.inject_lambda_context
    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 Lambda's signature
        tried = restore_lapsed(ports=ports)
        ended = [it.state for it in tried if not it.problem]
        for state in ended:
            logger.warning("restored", record="failsafe_restored", **_facts(state))
        problems = [f"rollout {it.state.rollout_id} of {it.state.model}: {it.problem}" for it in tried if it.problem]
        if problems:
            raise NotAvailable("; ".join(problems))
        return {"restored": [_facts(state) for state in ended]}

    return handle


def _facts(state: RolloutState) -> dict[str, Any]:
    return {"model": state.model, "rollout_id": state.rollout_id, "phase": state.phase.value}
