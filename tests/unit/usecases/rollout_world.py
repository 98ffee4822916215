"""A rollout in memory: release 1 under function version 1 serves "churn", release 2 under version 2 may."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sluice.adapters.memory_controllers import MemoryControllers
from sluice.adapters.memory_events import MemoryEvents
from sluice.adapters.memory_ledger import MemoryLedger, MemoryLedgerCopies
from sluice.adapters.memory_metrics_source import MemoryMetricsSource
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.adapters.memory_rollouts import MemoryRollouts
from sluice.catalog.alias import AliasState
from sluice.catalog.approval import ApprovalState
from sluice.catalog.release import ReleaseBinding, ReleasedVersion
from sluice.errors import RolloutChanged
from sluice.rollouts.guardrail import Guardrail, GuardrailKind
from sluice.rollouts.plan import Gate, Plan, Step
from sluice.rollouts.readings import Window
from sluice.rollouts.shares import Shares, shares_of
from sluice.rollouts.state import RolloutState
from sluice.rollouts.verdict import Judgement, Verdict
from sluice.usecases import change_rollout, roll_back_rollout
from sluice.usecases.advance_rollout import Advanced, advance_rollout
from sluice.usecases.append_ledger import LedgerPorts
from sluice.usecases.restore_stable import Restored, restore_lapsed
from sluice.usecases.rollout_ports import ControllerPorts, GateAnswer
from sluice.usecases.rollout_request import RolloutRequest
from sluice.usecases.start_rollout import RolloutWish, start_rollout
from tests.unit.catalog.builders import (
    AFFINE_SIGNATURE,
    NOON,
    a_content,
    a_model,
    a_release,
    a_version,
    an_artefact,
    an_event,
)

MODEL, ROLLOUT = "churn", "r-1"
LEASE = timedelta(seconds=600)
ERRORS = Guardrail("errors", GuardrailKind.ERRORS)


class Killed(BaseException):
    """The process ends here."""


def a_plan(*weights_bps: int, gates: tuple[Gate, ...] = (), **facts: Any) -> Plan:
    """Steps that bake for two minutes and wait for ten; one of them is decided by errors alone."""
    steps = tuple(Step(weight, bake_seconds=120, wait_limit_seconds=600) for weight in weights_bps or (1_000, 3_000))
    return replace(Plan("quick", steps, (ERRORS,), gates, final_bake_seconds=180), **facts)


@dataclass
class HandMovedClock:
    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


def a_registry() -> MemoryRegistry:
    """Release 1 of version 1, and release 2 of version 2, which is another artefact."""
    registry = MemoryRegistry()
    registry.save_model(a_model(), an_event())
    for number, release in releases():
        registry.add_version(a_version(number, ApprovalState.APPROVED), an_event())
        registry.add_release(release, an_event())
        registry.bind_function_version(ReleaseBinding(MODEL, str(number), number, NOON))
    return registry


def a_publisher() -> MemoryPublisher:
    """Function version 1 has all traffic."""
    publisher = MemoryPublisher(MODEL)
    for _, release in releases():
        publisher.publish(MODEL, release)
    publisher.create_alias(MODEL, "1")
    return publisher


def releases() -> Iterator[tuple[int, Any]]:
    for number, content in ((1, "a"), (2, "b")):
        versions = {number: ReleasedVersion(number, an_artefact(content), AFFINE_SIGNATURE)}
        yield (
            number,
            a_release(number, replace(a_content(), default_version=number, preload=(number,), versions=versions)),
        )


class ScriptedJudge:
    """Says what the test says."""

    def __init__(self) -> None:
        self.verdict = Verdict.PASS

    def __call__(
        self,
        guardrails: Sequence[Guardrail],
        *,
        step_windows: Sequence[Window],
        all_windows: Sequence[Window],
        minimum_requests: int,
    ) -> Sequence[Judgement]:
        return [Judgement(it.key, self.verdict, f"it is {self.verdict}", {"ratio": 1.5}) for it in guardrails]


class Mortal:
    """A port whose calls are counted and may fail: `moment` is called before and after every one of them."""

    def __init__(self, behind: Any, name: str, moment: Callable[[str], None]) -> None:
        self._behind, self._name, self._moment = behind, name, moment

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._behind, method)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._moment(f"before {self._name}.{method}")
            answer = found(*args, **kwargs)
            self._moment(f"after {self._name}.{method}")
            return answer

        return call


@dataclass
class RolloutWorld:
    """Ports in memory, a clock that a test moves, a judge that says what it is told, and every verb in one call."""

    clock: HandMovedClock = field(default_factory=HandMovedClock)
    store: MemoryRollouts = field(default_factory=MemoryRollouts)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    events: MemoryEvents = field(default_factory=MemoryEvents)
    judge: ScriptedJudge = field(default_factory=ScriptedJudge)
    controllers: MemoryControllers = field(default_factory=MemoryControllers)
    registry: MemoryRegistry = field(default_factory=a_registry)
    publisher: MemoryPublisher = field(default_factory=a_publisher)
    warm_up: Callable[[RolloutState], object] = lambda state: None
    ask_gate: Callable[[RolloutState, Gate], GateAnswer | None] = lambda state, gate: None
    moment: Callable[[str], None] = lambda name: None

    def __post_init__(self) -> None:
        self.metrics = MemoryMetricsSource(self.clock)

    @property
    def ports(self) -> ControllerPorts:
        def mortal(port: Any, name: str) -> Any:
            return Mortal(port, name, self.moment)

        return ControllerPorts(
            store=mortal(self.store, "store"),
            ledger=LedgerPorts(mortal(self.ledger, "ledger"), MemoryLedgerCopies()),
            publisher=mortal(self.publisher, "publisher"),
            registry=mortal(self.registry, "registry"),
            events=mortal(self.events, "events"),
            clock=self.clock,
            lease_seconds=int(LEASE.total_seconds()),
            metrics=mortal(self.metrics, "metrics"),
            judge=self.judge,
            warm_up=self.warm_up,
            ask_gate=self.ask_gate,
        )

    def start(self, plan: Plan | None = None, rollout_id: str = ROLLOUT, **facts: Any) -> RolloutState:
        what = facts or {"release": 2}
        wish = RolloutWish(rollout_id, plan or a_plan(), "ann", "because", **what)
        return start_rollout(MODEL, wish, ports=self.ports, runner=self.controllers)

    def tick(self, minutes: float = 1, epoch: int = 1, rollout_id: str = ROLLOUT) -> Advanced:
        """Let time pass, then tick."""
        self.pass_minutes(minutes)
        return advance_rollout(MODEL, rollout_id, epoch, ports=self.ports)

    def tick_until_over(self, epoch: int = 1) -> RolloutState:
        """At most a hundred ticks, by a controller that survives being overtaken."""
        for _ in range(100):
            try:
                if self.tick(epoch=epoch).is_over:
                    break
            except RolloutChanged:
                continue
        return self.state

    def failsafe(self) -> Sequence[Restored]:
        return restore_lapsed(ports=self.ports)

    def ask(self, verb: str, by: str = "ann") -> Any:
        """A person's request, by the name of its use case without "_rollout"."""
        request = RolloutRequest(MODEL, ROLLOUT, by, "because")
        if verb == "roll_back":
            return roll_back_rollout.roll_back_rollout(request, ports=self.ports, runner=self.controllers)
        return getattr(change_rollout, f"{verb}_rollout")(request, ports=self.ports)

    def pass_minutes(self, minutes: float) -> None:
        self.clock.at += timedelta(minutes=minutes)

    @property
    def state(self) -> RolloutState:
        found = self.store.find(MODEL, ROLLOUT)
        assert found is not None
        return found

    @property
    def alias(self) -> AliasState:
        found = self.publisher.alias(MODEL)
        assert found is not None
        return found

    @property
    def shares(self) -> Shares:
        return shares_of(self.alias)

    def move_alias_by_hand(self, stable: str = "1", candidate: str | None = None, weight_bps: int = 0) -> None:
        """What `sluice alias shift`, the console or CloudFormation could do."""
        wanted = replace(
            self.alias, stable_version=stable, candidate_version=candidate, candidate_weight_bps=weight_bps
        )
        self.publisher.shift(MODEL, wanted)

    def records(self, *types: str) -> list[Mapping[str, Any]]:
        """What the ledger says, oldest first."""
        found = [entry.record for entry in self.ledger.entries(MODEL)]
        return [it for it in found if not types or it["type"] in types]

    def check_ledger_explains_alias(self) -> None:
        """Every effect has its intent, in order; the alias is as the last effect said, or as an intent since then."""
        intents = {it["seq"]: it for it in self.records("INTENT")}
        explained, told = [Shares("1", None, 0)], set[int]()
        for record in self.records("INTENT", "EFFECT", "FOREIGN_CHANGE"):
            if record["type"] == "INTENT":
                explained.append(shares_in(record["after"]))
            elif record.get("intent_seq") not in told:  # rivals may record one effect twice
                explained = [shares_in(record["alias"])]
            if record["type"] == "EFFECT":
                assert shares_in(intents[record["intent_seq"]]["after"]) == shares_in(record["alias"])
                told.add(record["intent_seq"])
        assert self.shares in explained, f"{self.shares} is none of {explained}"


def shares_in(weights: Mapping[str, Any]) -> Shares:
    """The alias of a record."""
    return Shares(weights["stable_version"], weights["candidate_version"], weights["candidate_weight_bps"])
