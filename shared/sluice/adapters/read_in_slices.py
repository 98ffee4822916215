"""Readings of which little can be made at a time: each look goes on where the last one stopped, and says how far it is.

A slice of time counts when all of it was read; one that is too long for a whole look is tried again in halves.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from sluice.adapters.reading_budget import ReadingBudget
from sluice.adapters.remembered_windows import AskedWindows
from sluice.errors import StoreUnavailable
from sluice.rollouts.minutes import MINUTE, minute_of, next_minute_of
from sluice.rollouts.ports import MetricsSource
from sluice.rollouts.readings import Baseline, SideReading, Window

_LONGEST_MINUTES = 32
_NOTHING = SideReading()


class ReadInSlices:
    """`rollouts.ports.MetricsSource` over one that spends `budget`, and raises StoreUnavailable when that is over.

    It raises nothing for that: its last window has all that was not read, with the reason in `unseen`. It remembers
    the windows of the last question alone, for one rollout asks the same question with every tick.
    """

    def __init__(self, source: MetricsSource, budget: ReadingBudget) -> None:
        self._source = source
        self._budget = budget
        self._asked: AskedWindows | None = None
        self._windows: list[Window] = []
        self._read_until = datetime.min.replace(tzinfo=UTC)
        self._slice_minutes = _LONGEST_MINUTES

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
        """See the port; `until` must be settled, as it is for the controller."""
        asked = AskedWindows(model, stable_version, candidate_version, since, baseline)
        if asked != self._asked:
            self._asked, self._windows, self._read_until = asked, [], next_minute_of(since)
        self._budget.renew()
        began_at, end = self._read_until, minute_of(until)
        try:
            while self._read_until < end:
                self._read_on(asked, min(end, self._read_until + self._slice_minutes * MINUTE))
        except StoreUnavailable as error:
            if self._read_until == began_at:
                self._slice_minutes = max(1, self._slice_minutes // 2)
            return (*self._windows, self._unread(end, str(error)))
        return tuple(self._windows)

    def settled_until(self, now: datetime) -> datetime:
        """See the port."""
        return self._source.settled_until(now)

    def baseline(
        self, model: str, *, function_version: str, since: datetime, until: datetime, quantiles_bps: Sequence[int]
    ) -> Baseline:
        """See the port. Raises StoreUnavailable where it needs more than the budget."""
        self._budget.renew()
        return self._source.baseline(
            model, function_version=function_version, since=since, until=until, quantiles_bps=quantiles_bps
        )

    def _read_on(self, asked: AskedWindows, until: datetime) -> None:
        self._windows += self._source.windows(
            asked.model,
            stable_version=asked.stable_version,
            candidate_version=asked.candidate_version,
            since=self._read_until,
            until=until,
            baseline=asked.baseline,
        )
        self._read_until = until
        self._slice_minutes = min(_LONGEST_MINUTES, 2 * self._slice_minutes)

    def _unread(self, end: datetime, why: str) -> Window:
        seconds = int((end - self._read_until).total_seconds())
        said = f"predictions since {self._read_until:%Y-%m-%d %H:%M} are not read yet ({why})"
        return Window(self._read_until, seconds, _NOTHING, _NOTHING, unseen=said)
