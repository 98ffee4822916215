"""Readings in this process's memory, for tests and simulations."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sluice.clock import Clock
from sluice.rollouts.minutes import minute_of, paired_windows
from sluice.rollouts.readings import Baseline, SideReading, Window

_NO_DELAY = timedelta(0)


class MemoryMetricsSource:
    """`rollouts.ports.MetricsSource` of what was put into it; readings settle `delay` after they began."""

    def __init__(self, clock: Clock, *, delay: timedelta = _NO_DELAY) -> None:
        self._clock = clock
        self._delay = delay
        self._readings: dict[tuple[str, str], dict[datetime, SideReading]] = {}
        self._baselines: dict[tuple[str, str], Baseline] = {}

    def put(self, model: str, function_version: str, at: datetime, reading: SideReading) -> None:
        """Let this be what was seen of the function version in the minute of `at`."""
        self._readings.setdefault((model, function_version), {})[minute_of(at)] = reading

    def put_baseline(self, model: str, function_version: str, baseline: Baseline) -> None:
        """Let these be the function version's quantiles, at any time."""
        self._baselines[model, function_version] = baseline

    def windows(
        self,
        model: str,
        *,
        stable_version: str,
        candidate_version: str,
        since: datetime,
        until: datetime,
        baseline: Baseline,  # noqa: ARG002 - what was put in has been counted already
    ) -> Sequence[Window]:
        """See the port."""
        stable, candidate = (self._readings.get((model, it), {}) for it in (stable_version, candidate_version))
        settled = min(until, self.settled_until(self._clock.now()))
        return paired_windows(stable, candidate, since=since, until=settled)

    def settled_until(self, now: datetime) -> datetime:
        """See the port."""
        return minute_of(now - self._delay)

    def baseline(
        self,
        model: str,
        *,
        function_version: str,
        since: datetime,  # noqa: ARG002 - as `put_baseline` says
        until: datetime,  # noqa: ARG002
        quantiles_bps: Sequence[int],
    ) -> Baseline:
        """See the port."""
        found = self._baselines.get((model, function_version), Baseline())
        return Baseline(
            {it: found.warm_ms[it] for it in quantiles_bps if it in found.warm_ms},
            {it: found.cold_ms[it] for it in quantiles_bps if it in found.cold_ms},
        )
