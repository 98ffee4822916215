"""The same traffic, fed into each source of readings in the way in which it is fed in the world."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sluice.adapters.log_records import log_group_of
from sluice.adapters.memory_metrics_source import MemoryMetricsSource
from sluice.local.lambda_host.log_store import LogStore
from sluice.rollouts.minutes import minute_of
from sluice.rollouts.ports import MetricsSource
from sluice.rollouts.readings import Baseline
from sluice.rollouts.windows_from_records import Watched, baseline_from_records, windows_from_records
from tests.adapters.fake_cloudwatch import FakeCloudWatch

QUANTILES = (5_000, 9_900)
DELAY = timedelta(minutes=2)


class SetClock:
    """Stands where it is set."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant


class Feed(Protocol):
    """A source, and the way into it; `slow` is known to those who count when they are fed."""

    @property
    def source(self) -> MetricsSource: ...

    def feed(self, records: Sequence[dict[str, Any]], slow: Baseline) -> None: ...


@dataclass
class MemoryFeed:
    """Counts first, as simulations do."""

    source: MemoryMetricsSource

    def feed(self, records: Sequence[dict[str, Any]], slow: Baseline) -> None:
        for version in {it["function_version"] for it in records}:
            moments = [datetime.fromisoformat(it["at"]) for it in records]
            since, until = minute_of(min(moments)), minute_of(max(moments)) + timedelta(minutes=1)
            watched = Watched("churn", version, "", {})
            windows = windows_from_records(records, watched, since=since, until=until, baseline=slow)
            for window in windows:
                if window.stable.requests:
                    self.source.put("churn", version, window.starts_at, window.stable)
            found = baseline_from_records(
                records, model="churn", function_version=version, since=since, until=until, quantiles_bps=QUANTILES
            )
            self.source.put_baseline("churn", version, found)


@dataclass
class CloudWatchFeed:
    """Metrics as CloudWatch makes them of records that are embedded metric format."""

    source: MetricsSource
    cloudwatch: FakeCloudWatch

    def feed(self, records: Iterable[dict[str, Any]], slow: Baseline) -> None:
        for record in records:
            at = datetime.fromisoformat(record["at"])
            dimensions = {name: record[name] for name in ("model", "function_version")}
            for name in _METRICS & set(record):
                self.cloudwatch.put("Sluice", name, dimensions, at, record[name])


_METRICS = frozenset({"LatencyMs", "WarmLatencyMs", "ColdLatencyMs", "ServerErrors", "ColdStarts", "NonFiniteOutputs"})


@dataclass
class LogFeed:
    """Lines in a log that speaks CloudWatch's protocol, other programs' lines among them."""

    source: MetricsSource
    log: LogStore
    clock: SetClock

    def feed(self, records: Iterable[dict[str, Any]], slow: Baseline) -> None:
        now = self.clock.instant
        for record in sorted(records, key=lambda it: str(it["at"])):
            self.clock.instant = datetime.fromisoformat(record["at"])
            self.log.append(log_group_of("churn"), "stream", json.dumps(record))
            self.log.append(log_group_of("churn"), "stream", "START RequestId: 1")
        self.clock.instant = now
