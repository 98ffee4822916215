"""Readings from CloudWatch: what the records' embedded metrics and AWS Lambda itself count, by function version.

Bins, and means of scores, are not among them: a metric cannot carry a distribution cheaply. `merged_metrics_source.py`
adds them from records.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sluice.adapters.cloudwatch_latency import billed_metrics, billed_moments, quantile_statistic, threshold_statistic
from sluice.adapters.cloudwatch_series import Metric, Series, read_series
from sluice.catalog.release import LIVE_ALIAS, function_name_of
from sluice.clock import Clock
from sluice.rollouts.minutes import minute_of, next_minute_of, paired_windows
from sluice.rollouts.readings import Baseline, Moments, SideReading, Window
from sluice.rollouts.windows_from_records import BILLED

LATE = timedelta(minutes=2)
"""How long a metric may take, after the end of what it counts, until it can be read."""

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class CloudWatchSettings:
    """Of one environment. A function may run `timeout_seconds`, and its metrics come that much later."""

    namespace: str = "Sluice"
    function_prefix: str = ""
    timeout_seconds: int = 29


class CloudWatchMetricsSource:
    """`rollouts.ports.MetricsSource` over a boto3 client of CloudWatch. Its methods may raise StoreUnavailable."""

    def __init__(self, client: Any, clock: Clock, settings: CloudWatchSettings) -> None:
        self._client = client
        self._clock = clock
        self._settings = settings

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
        first = next_minute_of(since)
        end = minute_of(min(until, self.settled_until(self._clock.now())))
        if end <= first:
            return ()
        wanted = [self._wanted(model, it, baseline) for it in (stable_version, candidate_version)]
        flat = [metric for side in wanted for metric in side.values()]
        series = iter(read_series(self._client, flat, since=first, until=end))
        stable, candidate = (_readings({key: next(series) for key in side}, baseline) for side in wanted)
        return paired_windows(stable, candidate, since=first, until=end)

    def settled_until(self, now: datetime) -> datetime:
        """See the port: whatever began before has ended, and been counted."""
        return minute_of(now - LATE - timedelta(seconds=self._settings.timeout_seconds))

    def baseline(
        self, model: str, *, function_version: str, since: datetime, until: datetime, quantiles_bps: Sequence[int]
    ) -> Baseline:
        """See the port. Of more than a day, each day's quantiles are averaged by its requests."""
        first, end = minute_of(since), next_minute_of(until)
        period = min(_DAY_SECONDS, int((end - first).total_seconds()))
        if period <= 0 or not quantiles_bps:
            return Baseline()
        statistics = ["SampleCount", *map(quantile_statistic, quantiles_bps)]
        names = ("WarmLatencyMs", "ColdLatencyMs")
        metrics = [self._metric(model, function_version, name, it) for name in names for it in statistics]
        series = read_series(self._client, metrics, since=first, until=end, period_seconds=period)
        warm, cold = series[: len(statistics)], series[len(statistics) :]
        return Baseline(_quantiles(warm, quantiles_bps), _quantiles(cold, quantiles_bps))

    def _wanted(self, model: str, function_version: str, baseline: Baseline) -> dict[Any, Metric]:
        def metric(name: str, statistic: str) -> Metric:
            return self._metric(model, function_version, name, statistic)

        wanted: dict[Any, Metric] = {
            "requests": metric("LatencyMs", "SampleCount"),
            "server_errors": metric("ServerErrors", "Sum"),
            "warm_requests": metric("WarmLatencyMs", "SampleCount"),
            "cold_starts": metric("ColdStarts", "Sum"),
            "bad_values": metric("NonFiniteOutputs", "Sum"),
            "crashes": self._crashes(model, function_version),
        }
        for quantile, limit_ms in baseline.warm_ms.items():
            wanted["slow", quantile] = metric("WarmLatencyMs", threshold_statistic(limit_ms))
        for quantile, limit_ms in baseline.cold_ms.items():
            wanted["slow_cold", quantile] = metric("ColdLatencyMs", threshold_statistic(limit_ms))
        return wanted | {("billed", key): metric(*key) for key in billed_metrics()}

    def _metric(self, model: str, function_version: str, name: str, statistic: str) -> Metric:
        dimensions = (("model", model), ("function_version", function_version))
        return Metric(self._settings.namespace, name, dimensions, statistic)

    def _crashes(self, model: str, function_version: str) -> Metric:
        """Invocations that ended without an answer of ours, and so without a record: crash, time-out, memory."""
        name = function_name_of(model, self._settings.function_prefix)
        resource = f"{name}:{LIVE_ALIAS}"
        dimensions = (("FunctionName", name), ("Resource", resource), ("ExecutedVersion", function_version))
        return Metric("AWS/Lambda", "Errors", dimensions, "Sum")


def _readings(series: Mapping[Any, Series], baseline: Baseline) -> dict[datetime, SideReading]:
    minutes = {*series["requests"], *(it for it, count in series["crashes"].items() if count)}
    return {minute: _reading(series, minute, baseline) for minute in minutes}


def _reading(series: Mapping[Any, Series], minute: datetime, baseline: Baseline) -> SideReading:
    def count(key: Any) -> int:
        return round(series[key].get(minute, 0.0))

    billed = billed_moments({key[1]: it.get(minute, 0.0) for key, it in series.items() if key[0] == "billed"})
    crashes = count("crashes")
    moments: dict[str, Moments] = {BILLED: billed} if billed.count else {}
    return SideReading(
        requests=count("requests") + crashes,
        server_errors=count("server_errors") + crashes,
        warm_requests=count("warm_requests"),
        slow={it: count(("slow", it)) for it in baseline.warm_ms},
        cold_starts=count("cold_starts"),
        slow_cold={it: count(("slow_cold", it)) for it in baseline.cold_ms},
        bad_values=count("bad_values"),
        moments=moments,
    )


def _quantiles(series: Sequence[Series], quantiles_bps: Sequence[int]) -> dict[int, float]:
    samples, *of_quantiles = series
    total = sum(samples.values())
    if not total:
        return {}
    return {
        quantile: sum(value * samples.get(moment, 0.0) for moment, value in values.items()) / total
        for quantile, values in zip(quantiles_bps, of_quantiles, strict=True)
    }
