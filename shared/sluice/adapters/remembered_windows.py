"""Readings that were read once: for a controller that ticks for hours in one process."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sluice.rollouts.ports import MetricsSource
from sluice.rollouts.readings import Baseline, Window


@dataclass(frozen=True, slots=True)
class AskedWindows:
    """What a reading depends on, beside its time. A baseline is frozen, and few: comparing them costs nothing."""

    model: str
    stable_version: str
    candidate_version: str
    since: datetime
    baseline: Baseline


class RememberedWindows:
    """`rollouts.ports.MetricsSource` over another one. What has settled does not change, so it is asked for once.

    It remembers the windows of the last question alone, for one rollout asks the same question with every tick.
    """

    def __init__(self, source: MetricsSource) -> None:
        self._source = source
        self._asked: AskedWindows | None = None
        self._windows: list[Window] = []
        self._until: datetime | None = None

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
        """See the port; `until` must be settled, as it is for the controller, and never before the last one."""
        asked = AskedWindows(model, stable_version, candidate_version, since, baseline)
        if asked != self._asked:
            self._asked, self._windows, self._until = asked, [], None
        if until != self._until:
            self._windows += self._source.windows(
                model,
                stable_version=stable_version,
                candidate_version=candidate_version,
                since=self._until or since,
                until=until,
                baseline=baseline,
            )
            self._until = until
        return tuple(self._windows)

    def settled_until(self, now: datetime) -> datetime:
        """See the port."""
        return self._source.settled_until(now)

    def baseline(
        self, model: str, *, function_version: str, since: datetime, until: datetime, quantiles_bps: Sequence[int]
    ) -> Baseline:
        """See the port."""
        return self._source.baseline(
            model, function_version=function_version, since=since, until=until, quantiles_bps=quantiles_bps
        )
