"""Readings counted from inference records, as the log keeps them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sluice.clock import Clock
from sluice.rollouts.minutes import minute_of
from sluice.rollouts.readings import Baseline, Window
from sluice.rollouts.windows_from_records import Watched, baseline_from_records, windows_from_records

RecordsBetween = Callable[[str, datetime, datetime], Iterable[Any]]
"""A model's records made in [since, until), in any order; it may give others too."""

EdgesOf = Callable[[str, str, str], Mapping[str, tuple[float, ...]]]
"""The frozen bins for a model, its stable and its candidate function version: by output, their edges."""

_SOON = timedelta(seconds=30)
BASELINE_AT_MOST = timedelta(hours=6)
"""Records are many: of a longer time than this before the end, a baseline has only that."""


def no_edges(_model: str, _stable_version: str, _candidate_version: str) -> Mapping[str, tuple[float, ...]]:
    """For those whose predictions nobody watches."""
    return {}


class RecordMetricsSource:
    """`rollouts.ports.MetricsSource` over records; it reads all of them, so it is for some hundred requests a second.

    `delay` is how long a line may take from a function's end until the log shows it.
    """

    def __init__(
        self, records: RecordsBetween, clock: Clock, *, delay: timedelta = _SOON, edges_of: EdgesOf = no_edges
    ) -> None:
        self._records = records
        self._clock = clock
        self._delay = delay
        self._edges_of = edges_of

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
        settled = min(until, self.settled_until(self._clock.now()))
        if settled <= since:
            return ()
        edges = self._edges_of(model, stable_version, candidate_version)
        watched = Watched(model, stable_version, candidate_version, edges)
        records = self._records(model, since, settled)
        return windows_from_records(records, watched, since=since, until=settled, baseline=baseline)

    def settled_until(self, now: datetime) -> datetime:
        """See the port."""
        return minute_of(now - self._delay)

    def baseline(
        self, model: str, *, function_version: str, since: datetime, until: datetime, quantiles_bps: Sequence[int]
    ) -> Baseline:
        """See the port; of the last `BASELINE_AT_MOST` of the time asked for."""
        since = max(since, until - BASELINE_AT_MOST)
        return baseline_from_records(
            self._records(model, since, until),
            model=model,
            function_version=function_version,
            since=since,
            until=until,
            quantiles_bps=quantiles_bps,
        )
