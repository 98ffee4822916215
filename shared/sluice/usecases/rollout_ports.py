"""What the use cases of rollouts stand on: the few ports of every change, and more for the controller's tick."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.clock import Clock
from sluice.rollouts.guardrail import Guardrail
from sluice.rollouts.plan import Gate
from sluice.rollouts.ports import DomainEvents, MetricsSource, RolloutStore
from sluice.rollouts.readings import Window
from sluice.rollouts.state import RolloutState
from sluice.rollouts.verdict import Judgement
from sluice.usecases.append_ledger import LedgerPorts

CONTROLLER = "rollout-controller"
FAILSAFE = "rollout-failsafe"


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPorts:
    """All that moving an alias and telling of it needs; people's changes and the failsafe need no more.

    `lease_seconds` after the last tick that came to its end, the failsafe takes the candidate's traffic away.
    `runbook` is what an incident sends its reader to, at the chapter of what happened.
    """

    store: RolloutStore
    ledger: LedgerPorts
    publisher: FunctionPublisher
    registry: Registry
    events: DomainEvents
    clock: Clock
    lease_seconds: int = 600
    runbook: str = "docs/runbook.md"

    def lease_from(self, now: datetime) -> datetime:
        """When a lease that is renewed now lapses."""
        return now + timedelta(seconds=self.lease_seconds)


class Judge(Protocol):
    """What turns readings into verdicts; `rollouts.judge.judge` is the one that is deployed."""

    def __call__(
        self,
        guardrails: Sequence[Guardrail],
        *,
        step_windows: Sequence[Window],
        all_windows: Sequence[Window],
        minimum_requests: int,
    ) -> Sequence[Judgement]:
        """One judgement per guardrail."""
        ...


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """What a hook, or the comparison of copies, said; `numbers` are its evidence."""

    is_passed: bool
    why: str
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerPorts(RolloutPorts):
    """What a tick needs beyond that.

    `warm_up` calls the candidate before its first traffic and raises CandidateFailed; a tick that died calls it again.
    `ask_gate` asks a gate that is no approval; None while there is no answer.
    """

    metrics: MetricsSource
    judge: Judge
    warm_up: Callable[[RolloutState], object]
    ask_gate: Callable[[RolloutState, Gate], GateAnswer | None]
