"""Rollouts on a whole plane in this process: its state machine, its Lambda, its tables, its clock, and clients."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger

from functions.failsafe import composition as failsafe
from functions.rollout_steps import composition as rollout_steps
from sluice.adapters.lambda_candidate_calls import LambdaCandidateCalls
from sluice.adapters.log_records import LogRecords
from sluice.adapters.memory_events import MemoryEvents
from sluice.adapters.record_metrics_source import RecordMetricsSource
from sluice.adapters.remembered_windows import RememberedWindows
from sluice.adapters.step_functions_runner import StepFunctionsRunner
from sluice.cli.connections import Connections
from sluice.cli.example_models import FOLDER, find_examples, release_each
from sluice.cli.running_plane import target_of_plane
from sluice.local.demo.conduct import GOOD, Conduct
from sluice.local.demo.looks import RememberingJudge, SettledEvery
from sluice.local.demo.rehearsed_handlers import RehearsedHandlers
from sluice.local.demo.rehearsed_plan import rehearsed_plan
from sluice.local.demo.traffic import Traffic, bodies_like
from sluice.local.deployment import deploy_live
from sluice.local.gateway.throttle import ThrottleSettings
from sluice.local.lambda_control.function import FunctionVersion
from sluice.local.lambda_host.handler_call import Handler
from sluice.local.plane import Plane, start_plane
from sluice.local.plane_settings import PlaneSettings
from sluice.local.resources import create_resources
from sluice.local.rollout_deployment import STEPS, steps_environment
from sluice.rollouts.judge import judge
from sluice.rollouts.plan import Plan
from sluice.rollouts.state import RolloutState
from sluice.rollouts.state_machine import controller_input, execution_name, rollout_machine
from sluice.usecases.frozen_bins import frozen_bins
from sluice.usecases.rollout_ports import ControllerPorts
from sluice.usecases.rollout_request import RolloutRequest, find_rollout
from sluice.usecases.start_rollout import RolloutWish, start_rollout
from sluice.usecases.warm_candidate import warm_rollout

MODEL, ROLLOUT = "digits", "r-1"
FAILSAFE = "failsafe"
WAIT = timedelta(minutes=10)
LEASE_SECONDS = 1_500
_LOOK = timedelta(minutes=10)
_REQUESTS_PER_MINUTE = 6
_AS_FAST_AS_IT_GOES = ThrottleSettings(rate_per_second=1e9, burst_count=1_000_000)
_SOON_SECONDS, _GIVE_UP_SECONDS = 1.0, 30.0
_ROLE = "arn:aws:iam::000000000000:role/rollout"


@dataclass
class Handlers:
    """A `HandlerFactory`: the functions of rollouts by their own compositions, models as they are rehearsed."""

    models: RehearsedHandlers
    ports: ControllerPorts | None = None
    ticks: list[dict[str, Any]] = field(default_factory=list)
    answered: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, version: FunctionVersion) -> Handler:
        composed = {STEPS: rollout_steps.build_handler, FAILSAFE: failsafe.build_handler}.get(version.function_name)
        if composed is None:
            return self.models(version)
        assert self.ports is not None
        handler = composed(self.ports, logger=Logger(service=version.function_name))
        return self._noted(handler) if version.function_name == STEPS else handler

    def _noted(self, handler: Handler) -> Handler:
        def handle(event: Any, context: Any) -> Any:
            try:
                return handler(event, context)
            finally:
                with self.answered:
                    self.ticks.append(event)
                    self.answered.notify_all()

        return handle


@dataclass(frozen=True)
class PlaneRollouts:
    """A plane whose release 2 of the model behaves by its conduct; the clock stands still but for what is passed."""

    plane: Plane
    ports: ControllerPorts
    runner: StepFunctionsRunner
    step_functions: Any
    functions: Any
    traffic: Traffic
    handlers: Handlers
    machine_arn: str

    def start(self, plan: Plan | None = None) -> RolloutState:
        wish = RolloutWish(ROLLOUT, plan or rehearsed_plan(), by="ada", why="retrained", release=2)
        return start_rollout(MODEL, wish, ports=self.ports, runner=self.runner)

    @property
    def state(self) -> RolloutState:
        return find_rollout(MODEL, ROLLOUT, ports=self.ports)

    @property
    def request(self) -> RolloutRequest:
        return RolloutRequest(MODEL, ROLLOUT, "grace", "it is good")

    def pass_minutes(self, count: int) -> None:
        """Clients ask, and the time goes by."""
        for _ in range(count):
            self.traffic.send(_REQUESTS_PER_MINUTE)
            self.plane.clock.advance(timedelta(minutes=1))

    def pass_ticks(self, count: int = 1) -> None:
        """So many times what the machine waits for, each until its tick is over; fewer if the machine ends."""
        for _ in range(count):
            before = len(self.handlers.ticks)
            self.pass_minutes(int(WAIT / timedelta(minutes=1)))
            while not self.await_tick(before + 1) and self.running():
                # It went to sleep after the first of those minutes.
                self.pass_minutes(1)

    def await_tick(self, count: int) -> bool:
        """Whether there were so many ticks soon."""
        with self.handlers.answered:
            return self.handlers.answered.wait_for(lambda: len(self.handlers.ticks) >= count, _SOON_SECONDS)

    def await_event(self, kind: str) -> None:
        """Until the only execution that runs stands at such an event."""
        give_up_at = time.monotonic() + _GIVE_UP_SECONDS
        while self._last_event() != kind:
            assert time.monotonic() < give_up_at, f"in vain: {kind}"
            time.sleep(0.02)

    def await_end(self) -> None:
        """Until no execution runs any more."""
        give_up_at = time.monotonic() + _GIVE_UP_SECONDS
        while self.running():
            assert time.monotonic() < give_up_at, f"in vain: the end of {self.running()}"
            time.sleep(0.02)

    def _last_event(self) -> str:
        [name] = self.running()
        history = self.step_functions.get_execution_history(executionArn=self.arn_of(name))
        return str(history["events"][-1]["type"]) if history["events"] else ""

    def begin(self, *, epoch: int, ticks: int) -> None:
        """Start an execution as one that has ticked so often."""
        told = json.dumps(controller_input(MODEL, ROLLOUT, epoch) | {"ticks": ticks})
        name = execution_name(MODEL, ROLLOUT, epoch)
        self.step_functions.start_execution(stateMachineArn=self.machine_arn, name=name, input=told)

    def arn_of(self, name: str) -> str:
        return f"{self.machine_arn.replace(':stateMachine:', ':execution:')}:{name}"

    def running(self) -> list[str]:
        return [name for name, status in self.executions().items() if status == "RUNNING"]

    def executions(self) -> dict[str, str]:
        """Their states, by name."""
        found = self.step_functions.list_executions(stateMachineArn=self.machine_arn)["executions"]
        return {it["name"]: it["status"] for it in found}

    def play(self) -> RolloutState:
        """Until no execution runs any more."""
        while self.running():
            self.pass_ticks()
        return self.state

    def shares(self) -> tuple[str, dict[str, float]]:
        alias = self.functions.get_alias(FunctionName=f"inference-{MODEL}", Name="live")
        return alias["FunctionVersion"], alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})

    def run_failsafe(self) -> Any:
        """As its schedule does, once a minute."""
        answer = self.functions.invoke(FunctionName=f"{FAILSAFE}:live")
        return json.loads(answer["Payload"].read())


@contextmanager
def rollouts_on_a_plane(
    candidate: Conduct = GOOD, *, seed: int = 1, in_processes: bool = False
) -> Iterator[PlaneRollouts]:
    """With `in_processes`, as they are deployed: without a conduct."""
    models = RehearsedHandlers({2: candidate}, seed=seed)
    handlers = Handlers(models)
    settings = PlaneSettings(
        gateway_port=0,
        aws_port=0,
        seed=seed,
        scale_out=1,
        handler_factory=None if in_processes else handlers,
        throttle=_AS_FAST_AS_IT_GOES,
    )
    with ExitStack() as undo:
        plane = undo.enter_context(start_plane(settings))
        connections = undo.enter_context(closing(Connections(target_of_plane(plane, settings))))
        models.open(connections.content, plane.clock)
        create_resources(connections.aws_client("dynamodb"), connections.aws_client("s3"), settings.names)
        release_each(connections, next(it for it in find_examples() if it.name == MODEL))
        handlers.ports = _ports(connections, plane)
        for name in (STEPS, FAILSAFE):
            handler = f"functions.{name.replace('-', '_')}.handler.handler"
            told = steps_environment(settings.names, plane.aws_url)
            deploy_live(connections.functions, function_name=name, handler=handler, environment=told)
        arn, machine = _machine(connections)
        traffic = undo.enter_context(closing(_traffic(plane.gateway_url, seed)))
        plane.clock.freeze()
        functions = connections.functions
        runner = StepFunctionsRunner(machine, arn)
        yield PlaneRollouts(plane, handlers.ports, runner, machine, functions, traffic, handlers, arn)


def _machine(connections: Connections) -> tuple[str, Any]:
    alias = connections.functions.get_alias(FunctionName=STEPS, Name="live")["AliasArn"]
    client = connections.aws_client("stepfunctions")
    definition = json.dumps(rollout_machine(alias, wait_seconds=int(WAIT.total_seconds())))
    created = client.create_state_machine(name="rollout", definition=definition, roleArn=_ROLE)
    return created["stateMachineArn"], client


def _traffic(gateway_url: str, seed: int) -> Traffic:
    folder = FOLDER / MODEL
    bodies = bodies_like(folder / "request.json", folder / "v1" / "golden.json", seed=seed)
    return Traffic(gateway_url, MODEL, bodies, seed=seed)


def _ports(connections: Connections, plane: Plane) -> ControllerPorts:
    records = LogRecords(connections.aws_client("logs"))
    source = RecordMetricsSource(
        records, plane.clock, delay=timedelta(0), edges_of=partial(frozen_bins, registry=connections.registry)
    )
    calls = LambdaCandidateCalls(connections.functions)
    return ControllerPorts(
        store=connections.rollouts,
        ledger=connections.ledger,
        publisher=connections.publisher,
        registry=connections.registry,
        events=MemoryEvents(),
        clock=plane.clock,
        lease_seconds=LEASE_SECONDS,
        metrics=RememberedWindows(SettledEvery(source, _LOOK)),
        judge=RememberingJudge(judge),
        warm_up=partial(warm_rollout, registry=connections.registry, calls=calls),
        ask_gate=lambda _state, _gate: None,
    )
