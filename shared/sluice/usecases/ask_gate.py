"""Ask a gate that is no approval: a hook, or the comparison of copies."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sluice.clock import Clock
from sluice.errors import CandidateFailed
from sluice.rollouts.plan import Gate, GateKind
from sluice.rollouts.ports import CandidateCalls, Hooks
from sluice.rollouts.shadow_verdict import judge_shadow
from sluice.rollouts.state import RolloutState
from sluice.rollouts.verdict import Verdict
from sluice.usecases.rollout_ports import GateAnswer
from sluice.usecases.shadow_candidate import shadow_candidate

COPIES_PER_TICK = 50


@dataclass(frozen=True, slots=True)
class Gates:
    """What is asked. `records` gives a model's inference records made in [since, until)."""

    hooks: Hooks
    calls: CandidateCalls
    records: Callable[[str, datetime, datetime], Iterable[Any]]
    clock: Clock

    def ask(self, state: RolloutState, gate: Gate) -> GateAnswer | None:
        """The answer, None while there is none. A hook that fails has not said yes. Raises StoreUnavailable."""
        return self._hook(state, gate.hook) if gate.kind is GateKind.HOOK else self._shadow(state)

    def _hook(self, state: RolloutState, hook: str) -> GateAnswer:
        event = {
            "model": state.model,
            "rollout_id": state.rollout_id,
            "candidate_version": state.candidate_version,
            "stable_version": state.stable_version,
            "step": state.step,
            "weight_bps": state.weight_bps,
        }
        try:
            said = self.hooks.ask(hook, event)
        except CandidateFailed as failure:
            return GateAnswer(False, f"{hook}: {failure}")
        return GateAnswer(said, f"{hook} says {'go' if said else 'no'}")

    def _shadow(self, state: RolloutState) -> GateAnswer | None:
        """Copies of what was asked since the rollout began; each tick sends some more until there are enough."""
        records = list(self.records(state.model, state.started_at, self.clock.now()))
        report = shadow_candidate(
            state.model, state.candidate_version, records=records, calls=self.calls, limit=COPIES_PER_TICK
        )
        judgement = judge_shadow(report)
        if judgement.verdict not in (Verdict.PASS, Verdict.FAIL):
            return None
        return GateAnswer(judgement.verdict is Verdict.PASS, judgement.why, judgement.numbers)
