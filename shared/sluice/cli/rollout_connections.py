"""The ports of rollouts at a target, made of its connections: one for changes, one for looking, one for ticks."""

from functools import cached_property, partial
from typing import TYPE_CHECKING

from sluice.cli.connections import Connections

if TYPE_CHECKING:
    from sluice.adapters.log_records import LogRecords
    from sluice.clock import Clock
    from sluice.rollouts.ports import ControllerRunner, DomainEvents, MetricsSource
    from sluice.usecases.rollout_ports import ControllerPorts, RolloutPorts


class RolloutConnections:
    """Made on first use, as connections are. On the local plane a rollout's time is the plane's."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @property
    def clock(self) -> "Clock":
        """What time it is for rollouts."""
        return self._connections.clock

    @cached_property
    def ports(self) -> "RolloutPorts":
        """What people's changes need."""
        from sluice.usecases.rollout_ports import RolloutPorts

        it = self._connections
        return RolloutPorts(
            ledger=it.ledger,
            store=it.rollouts,
            publisher=it.publisher,
            registry=it.registry,
            events=self._events,
            clock=self.clock,
        )

    @cached_property
    def controller_ports(self) -> "ControllerPorts":
        """What a tick needs, and a look at what a tick would see."""
        from dataclasses import fields

        from sluice.adapters.lambda_candidate_calls import LambdaCandidateCalls
        from sluice.adapters.lambda_hooks import LambdaHooks
        from sluice.rollouts.judge import judge
        from sluice.usecases.ask_gate import Gates
        from sluice.usecases.rollout_ports import ControllerPorts
        from sluice.usecases.warm_candidate import warm_rollout

        it, ports = self._connections, self.ports
        calls = LambdaCandidateCalls(it.functions, function_prefix=it.function_prefix)
        return ControllerPorts(
            **{each.name: getattr(ports, each.name) for each in fields(ports)},
            metrics=self._metrics,
            judge=judge,
            warm_up=partial(warm_rollout, registry=it.registry, calls=calls),
            ask_gate=Gates(LambdaHooks(it.functions), calls, self._records, self.clock).ask,
        )

    @cached_property
    def runner(self) -> "ControllerRunner":
        """What runs controllers: the state machine on AWS; nobody on the local plane, where `--follow` does."""
        if self._connections.target.is_local:
            from sluice.adapters.memory_controllers import MemoryControllers

            return MemoryControllers()
        from sluice.adapters.step_functions_runner import StepFunctionsRunner

        machine = self._connections.address("rollout_machine_arn")
        return StepFunctionsRunner(self._connections.aws_client("stepfunctions"), machine)

    @cached_property
    def machine(self) -> "ControllerRunner":
        """The state machine; on the local plane it is deployed by this, with the function that it calls."""
        if not self._connections.target.is_local:
            return self.runner
        from sluice.adapters.step_functions_runner import StepFunctionsRunner
        from sluice.local.resources import ResourceNames
        from sluice.local.rollout_deployment import deploy_rollouts

        it = self._connections
        used = ("registry_table", "rollouts_table", "ledger_table", "ledger_bucket")
        names = ResourceNames(**{name: it.address(name) for name in used})
        client, url = it.aws_client("stepfunctions"), it.target.aws_endpoint_url
        return StepFunctionsRunner(client, deploy_rollouts(it.functions, client, names, plane_url=url))

    @property
    def waker(self) -> "ControllerRunner":
        """What wakes a machine that waits for people; a token is of no certain one."""
        if not self._connections.target.is_local:
            return self.runner
        from sluice.adapters.step_functions_runner import StepFunctionsRunner

        return StepFunctionsRunner(self._connections.aws_client("stepfunctions"), "")

    @cached_property
    def _events(self) -> "DomainEvents":
        """The environment's bus; the local plane has none, and nobody who listens."""
        if self._connections.target.is_local:
            from sluice.adapters.memory_events import MemoryEvents

            return MemoryEvents()
        from sluice.adapters.eventbridge_events import EventBridgeEvents

        return EventBridgeEvents(self._connections.aws_client("events"), bus=self._connections.address("event_bus"))

    @cached_property
    def _metrics(self) -> "MetricsSource":
        from sluice.adapters.record_metrics_source import RecordMetricsSource
        from sluice.adapters.remembered_windows import RememberedWindows
        from sluice.usecases.frozen_bins import frozen_bins

        it = self._connections
        edges_of = partial(frozen_bins, registry=it.registry)
        return RememberedWindows(RecordMetricsSource(self._records, self.clock, edges_of=edges_of))

    @cached_property
    def _records(self) -> "LogRecords":
        from sluice.adapters.log_records import LogRecords

        client = self._connections.aws_client("logs")
        return LogRecords(client, group_of=self._connections.log_group)
