"""The controller's tick put together from its ports: one event of the state machine in, what it must know out.

An event with a task token is no tick: the machine waits for people then, and the token is kept for who shall wake it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger

from sluice.adapters.log_records import LogRecords
from sluice.adapters.merged_metrics_source import MergedMetricsSource
from sluice.adapters.read_in_slices import ReadInSlices
from sluice.adapters.reading_budget import ReadingBudget, ReadingLimits
from sluice.adapters.record_metrics_source import RecordMetricsSource
from sluice.catalog.ports import Registry
from sluice.clock import Clock
from sluice.errors import RolloutChanged
from sluice.rollouts.ports import MetricsSource
from sluice.usecases.advance_rollout import Advanced, TickAction, advance_rollout
from sluice.usecases.frozen_bins import frozen_bins
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


@dataclass(frozen=True, slots=True)
class FromLogs:
    """What reading predictions from the inference records in CloudWatch Logs takes."""

    logs: Any
    group_of: Callable[[str], str]
    clock: Clock
    registry: Registry
    limits: ReadingLimits = field(default_factory=ReadingLimits)


def both_sources(counts: MetricsSource, outputs: FromLogs) -> MetricsSource:
    """Counts as they are; bins and means of predictions from records, within limits.

    Metrics see every request and carry no distribution; records carry everything, and reading them takes time.
    """
    return MergedMetricsSource(counts, records_alone(outputs))


def records_alone(outputs: FromLogs) -> MetricsSource:
    """All readings from records, within limits: for little traffic, and where there are no metrics."""
    budget = ReadingBudget(outputs.limits)
    records = LogRecords(outputs.logs, group_of=outputs.group_of, before_page=budget.spend_page)
    edges_of = partial(frozen_bins, registry=outputs.registry)
    return ReadInSlices(RecordMetricsSource(records, outputs.clock, edges_of=edges_of), budget)


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
