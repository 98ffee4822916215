"""What a rehearsal plays on: a plane in this process, two releases of an example model, a controller's ports."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sluice.adapters.lambda_candidate_calls import LambdaCandidateCalls
from sluice.adapters.log_records import LogRecords
from sluice.adapters.memory_controllers import MemoryControllers
from sluice.adapters.memory_events import MemoryEvents
from sluice.adapters.memory_ledger import MemoryLedger, MemoryLedgerCopies
from sluice.adapters.memory_rollouts import MemoryRollouts
from sluice.adapters.record_metrics_source import RecordMetricsSource
from sluice.adapters.remembered_windows import RememberedWindows
from sluice.cli.connections import Connections
from sluice.cli.example_models import FOLDER, find_examples, release_each
from sluice.cli.running_plane import running_plane, target_of_plane
from sluice.local.demo.conduct import Fault, conduct_with
from sluice.local.demo.looks import RememberingJudge, SettledEvery
from sluice.local.demo.rehearsal import Rehearsal
from sluice.local.demo.rehearsed_handlers import RehearsedHandlers
from sluice.local.demo.rehearsed_plan import rehearsed_plan
from sluice.local.demo.traffic import Traffic, bodies_like
from sluice.local.gateway.throttle import ThrottleSettings
from sluice.local.plane_settings import PlaneSettings
from sluice.rollouts.judge import judge
from sluice.rollouts.state import RolloutState
from sluice.rollouts.story import story_of
from sluice.usecases.append_ledger import LedgerPorts
from sluice.usecases.frozen_bins import frozen_bins
from sluice.usecases.rollout_ports import ControllerPorts
from sluice.usecases.rollout_request import find_rollout
from sluice.usecases.start_rollout import RolloutWish, start_rollout
from sluice.usecases.warm_candidate import warm_rollout

if TYPE_CHECKING:
    from sluice.local.plane import Plane

MODEL = "digits"
CANDIDATE_RELEASE = 2
# A look costs tens of milliseconds, and ten hours have six hundred minutes.
_BETWEEN_LOOKS = timedelta(minutes=10)
_AS_FAST_AS_IT_GOES = ThrottleSettings(rate_per_second=1e9, burst_count=1_000_000)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: the candidate's fault, if it has one, the seed of all chances, how many requests come in a minute."""

    fault: Fault | None
    seed: int
    requests_per_minute: int


@dataclass(frozen=True, slots=True)
class Stage:
    """A rehearsal that may begin."""

    rehearsal: Rehearsal

    def open_rollout(self) -> RolloutState:
        """Start the rollout of the candidate's release."""
        wish = RolloutWish("rehearsal", rehearsed_plan(), by="sluice demo", why="to see it", release=CANDIDATE_RELEASE)
        return start_rollout(MODEL, wish, ports=self.rehearsal.ports, runner=MemoryControllers())

    def outcome(self, opened: RolloutState) -> dict[str, Any]:
        """How it ended, in JSON values, with its whole story from the ledger."""
        ports, traffic = self.rehearsal.ports, self.rehearsal.traffic
        ended = find_rollout(MODEL, opened.rollout_id, ports=ports)
        records = (entry.record for entry in ports.ledger.ledger.entries(MODEL))
        simulated = (ended.closed_at or ports.clock.now()) - opened.started_at
        return {
            "rollout_id": ended.rollout_id,
            "plan": ended.plan.name,
            "final_state": ended.phase.value.lower(),
            "closing_reason": ended.closing_reason,
            "simulated_seconds": int(simulated.total_seconds()),
            "requests": traffic.sent,
            "story": [it.to_document() for it in story_of(records, ended.rollout_id)],
        }


@contextmanager
def rehearsal_stage(cast: Cast, *, quiet: bool) -> Iterator[Stage]:
    """The stage, for the time of a `with` block. Raises NotFound outside a checkout."""
    handlers = RehearsedHandlers({CANDIDATE_RELEASE: conduct_with(cast.fault)}, seed=cast.seed)
    settings = PlaneSettings(
        gateway_port=0,
        aws_port=0,
        seed=cast.seed,
        scale_out=1,
        handler_factory=handlers,
        throttle=_AS_FAST_AS_IT_GOES,
    )
    with (
        running_plane(settings, with_examples=False, quiet=quiet) as plane,
        closing(Connections(target_of_plane(plane, settings))) as connections,
        closing(_traffic(plane.gateway_url, cast.seed)) as traffic,
    ):
        handlers.open(connections.content, plane.clock)
        release_each(connections, next(it for it in find_examples() if it.name == MODEL))
        yield Stage(Rehearsal(_ports(connections, plane), traffic, plane.clock, cast.requests_per_minute))


def _traffic(gateway_url: str, seed: int) -> Traffic:
    folder = FOLDER / MODEL
    bodies = bodies_like(folder / "request.json", folder / "v1" / "golden.json", seed=seed)
    return Traffic(gateway_url, MODEL, bodies, seed=seed)


def _ports(connections: Connections, plane: "Plane") -> ControllerPorts:
    """What a controller on AWS has too, but for its tables and its bus, which are in this process's memory."""
    source = RecordMetricsSource(
        LogRecords(connections.aws_client("logs")),
        plane.clock,
        delay=timedelta(0),
        edges_of=partial(frozen_bins, registry=connections.registry),
    )
    calls = LambdaCandidateCalls(connections.functions)
    return ControllerPorts(
        store=MemoryRollouts(),
        ledger=LedgerPorts(MemoryLedger(), MemoryLedgerCopies()),
        publisher=connections.publisher,
        registry=connections.registry,
        events=MemoryEvents(),
        clock=plane.clock,
        metrics=RememberedWindows(SettledEvery(source, _BETWEEN_LOOKS)),
        judge=RememberingJudge(judge),
        warm_up=partial(warm_rollout, registry=connections.registry, calls=calls),
        ask_gate=lambda _state, _gate: None,
    )
