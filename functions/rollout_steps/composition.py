"""The controller's tick put together from its ports: one event of the state machine in, what it must know out.

An event with a task token is no tick: the machine waits for people then, and the token is kept for who shall wake it.
"""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger

from sluice.errors import RolloutChanged
from sluice.usecases.advance_rollout import Advanced, TickAction, advance_rollout
from sluice.usecases.rollout_ports import ControllerPorts

OVERTAKEN = "overtaken"


def build_handler(ports: ControllerPorts, *, logger: Logger) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """The Lambda handler. It raises what a tick raises, for the machine to go on waiting; one line tells each tick."""

    @logger.inject_lambda_context
    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 Lambda's signature
        model, rollout_id, epoch = event["model"], event["rollout_id"], int(event["epoch"])
        kept = {"model": model, "rollout_id": rollout_id, "epoch": epoch, "ticks": int(event.get("ticks", 0)) + 1}
        if task_token := event.get("task_token"):
            ports.store.keep_task_token(model, task_token)
            return kept
        try:
            told = _told(advance_rollout(model, rollout_id, epoch, ports=ports))
        except RolloutChanged as rival:
            told = {
                "action": OVERTAKEN,
                "is_asking": False,
                "is_closed": False,
                "is_over": False,
                "reasons": [str(rival)],
            }
        logger.info("ticked", record="rollout_tick", **kept, **told)
        return kept | told

    return handle


def _told(advanced: Advanced) -> dict[str, Any]:
    state = advanced.state
    return {
        "action": advanced.action.value,
        "phase": state.phase.value,
        "weight_bps": state.weight_bps,
        "is_asking": advanced.action is TickAction.ASK,
        "is_closed": state.is_closed,
        "is_over": advanced.is_over,
        "reasons": list(advanced.reasons),
    }
