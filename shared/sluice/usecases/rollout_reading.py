"""What is seen of both sides now, and what the judge says of it. A source that fails is no news, and no death."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sluice.errors import StoreUnavailable
from sluice.rollouts.readings import Baseline
from sluice.rollouts.state import RolloutState
from sluice.rollouts.verdict import Judgement
from sluice.usecases.rollout_ports import ControllerPorts

_BASELINE_DAYS = 7


@dataclass(frozen=True, slots=True)
class RolloutReading:
    """Judgements over the windows of [since, until). None of them, and a `problem`, where the source failed."""

    since: datetime
    until: datetime
    judgements: tuple[Judgement, ...]
    problem: str = ""

    @property
    def evidence(self) -> list[dict[str, Any]]:
        """The judgements as JSON values."""
        return [
            {
                "guardrail": it.guardrail,
                "verdict": it.verdict.value,
                "why": it.why,
                "numbers": dict(it.numbers),
                "requests_needed": it.requests_needed,
            }
            for it in self.judgements
        ]


def read_rollout(state: RolloutState, *, ports: ControllerPorts) -> RolloutReading:
    """Judge a rollout whose candidate has traffic; there is nothing to judge before.

    A pass looks at the present step alone, a breach at everything since the candidate's first traffic.
    """
    now = ports.clock.now()
    if state.first_step_at is None or state.step_started_at is None:
        return RolloutReading(now, now, ())
    until = ports.metrics.settled_until(now)
    try:
        return RolloutReading(state.first_step_at, until, tuple(_judgements(state, until, ports)))
    except StoreUnavailable as error:
        return RolloutReading(state.first_step_at, until, (), f"readings are not available: {error}")


def with_baseline(state: RolloutState, *, ports: ControllerPorts) -> RolloutState:
    """The state with what "slow" means, once there was traffic to tell; it is frozen from then on."""
    if state.baseline is not None:
        return state
    until = ports.clock.now()
    quantiles = sorted({it.quantile_bps for it in state.plan.guardrails})
    try:
        found = ports.metrics.baseline(
            state.model,
            function_version=state.stable_version,
            since=until - timedelta(days=_BASELINE_DAYS),
            until=until,
            quantiles_bps=quantiles,
        )
    except StoreUnavailable:
        return state
    return replace(state, baseline=found) if found.warm_ms else state


def _judgements(state: RolloutState, until: datetime, ports: ControllerPorts) -> Sequence[Judgement]:
    assert state.first_step_at is not None
    assert state.step_started_at is not None
    windows = ports.metrics.windows(
        state.model,
        stable_version=state.stable_version,
        candidate_version=state.candidate_version,
        since=state.first_step_at,
        until=until,
        baseline=state.baseline or Baseline(),
    )
    step = state.plan.steps[max(state.step, 0)]
    return ports.judge(
        state.plan.guardrails,
        step_windows=[it for it in windows if it.starts_at >= state.step_started_at],
        all_windows=windows,
        minimum_requests=step.minimum_requests,
    )
