"""Two sources as one: counts from metrics, which see every request, and distributions from records.

What records have not been read says so (`unseen`) in the windows of the counts that it belongs to.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sluice.rollouts.ports import MetricsSource
from sluice.rollouts.readings import Baseline, SideReading, Window


class MergedMetricsSource:
    """`rollouts.ports.MetricsSource`: from `counts`, but bins and moments that it lacks from `outputs`."""

    def __init__(self, counts: MetricsSource, outputs: MetricsSource) -> None:
        self._counts = counts
        self._outputs = outputs

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
        """See the port; the windows are those of `counts`."""
        counted, seen = (
            source.windows(
                model,
                stable_version=stable_version,
                candidate_version=candidate_version,
                since=since,
                until=until,
                baseline=baseline,
            )
            for source in (self._counts, self._outputs)
        )
        outputs = {it.starts_at: it for it in seen if not it.unseen}
        unseen = [it for it in seen if it.unseen]
        merged = (_merged(window, outputs.get(window.starts_at)) for window in counted)
        return tuple(_marked(window, unseen) for window in merged)

    def settled_until(self, now: datetime) -> datetime:
        """See the port: what both have seen."""
        return min(self._counts.settled_until(now), self._outputs.settled_until(now))

    def baseline(
        self, model: str, *, function_version: str, since: datetime, until: datetime, quantiles_bps: Sequence[int]
    ) -> Baseline:
        """See the port."""
        return self._counts.baseline(
            model, function_version=function_version, since=since, until=until, quantiles_bps=quantiles_bps
        )


def _merged(counted: Window, seen: Window | None) -> Window:
    if seen is None:
        return counted
    return replace(
        counted,
        stable=_with_outputs(counted.stable, seen.stable),
        candidate=_with_outputs(counted.candidate, seen.candidate),
    )


def _marked(window: Window, unseen: Sequence[Window]) -> Window:
    why = next((it.unseen for it in unseen if it.starts_at <= window.starts_at < it.ends_at), "")
    return replace(window, unseen=why) if why else window


def _with_outputs(counted: SideReading, seen: SideReading) -> SideReading:
    return replace(counted, bins=seen.bins, moments={**seen.moments, **counted.moments})
