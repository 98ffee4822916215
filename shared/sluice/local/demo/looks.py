"""Looks that are far apart: the controller ticks every minute, and what it sees is new every few."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sluice.rollouts.guardrail import Guardrail
from sluice.rollouts.longer_windows import longer_windows, period_start
from sluice.rollouts.ports import MetricsSource
from sluice.rollouts.readings import Baseline, Window
from sluice.rollouts.verdict import Judgement
from sluice.usecases.rollout_ports import Judge


class SettledEvery:
    """`rollouts.ports.MetricsSource` over another one: its windows are as long as `period`, and settle with its end."""

    def __init__(self, source: MetricsSource, period: timedelta) -> None:
        self._source = source
        self._period = period

    def windows(
        self,
        model: str,
        *,
        stable_version: str,
        candidate_version: str,
        since: datetime,
        until: datetime,
        baseline: Baseline,
    ) -> Sequence[Window]:
        """See the port."""
        windows = self._source.windows(
            model,
            stable_version=stable_version,
            candidate_version=candidate_version,
            since=since,
            until=until,
            baseline=baseline,
        )
        return longer_windows(windows, self._period)

    def settled_until(self, now: datetime) -> datetime:
        """See the port."""
        return period_start(self._source.settled_until(now), self._period)

    def baseline(
        self, model: str, *, function_version: str, since: datetime, until: datetime, quantiles_bps: Sequence[int]
    ) -> Baseline:
        """See the port."""
        return self._source.baseline(
            model, function_version=function_version, since=since, until=until, quantiles_bps=quantiles_bps
        )


class RememberingJudge:
    """A `Judge` over another one, which says of the same readings what it said of them before."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._asked: tuple[object, ...] = ()
        self._said: Sequence[Judgement] = ()

    def __call__(
        self,
        guardrails: Sequence[Guardrail],
        *,
        step_windows: Sequence[Window],
        all_windows: Sequence[Window],
        minimum_requests: int,
    ) -> Sequence[Judgement]:
        """See the protocol."""
        asked = (tuple(guardrails), tuple(step_windows), tuple(all_windows), minimum_requests)
        if asked != self._asked:
            self._said = self._judge(
                guardrails, step_windows=step_windows, all_windows=all_windows, minimum_requests=minimum_requests
            )
            self._asked = asked
        return self._said
