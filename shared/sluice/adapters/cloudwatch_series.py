"""Series of CloudWatch metrics, read together: GetMetricData, in as many requests and pages as it takes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from sluice.errors import StoreUnavailable

CALL_LIMIT_QUERIES = 500
"""What one call takes. (Amazon CloudWatch API reference, GetMetricData.)"""

Series = Mapping[datetime, float]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric's statistic, as `Sum`, `p99` or `TC(20:)`."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str


def read_series(
    client: Any, metrics: Sequence[Metric], *, since: datetime, until: datetime, period_seconds: int = 60
) -> list[Series]:
    """Of each metric the values in [since, until) by the moment at which their period began; no value where none is.

    `client` is a boto3 client of CloudWatch. Raises StoreUnavailable, also for an answer that is not complete.
    """
    found: dict[str, dict[datetime, float]] = {}
    queries = [_query(position, it, period_seconds) for position, it in enumerate(metrics)]
    for start in range(0, len(queries), CALL_LIMIT_QUERIES):
        for result in _results(client, queries[start : start + CALL_LIMIT_QUERIES], since, until):
            moments = (moment.astimezone(UTC) for moment in result["Timestamps"])
            found.setdefault(result["Id"], {}).update(zip(moments, result["Values"], strict=True))
    return [found.get(query["Id"], {}) for query in queries]


def _query(position: int, metric: Metric, period_seconds: int) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in metric.dimensions]
    named = {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}
    stat = {"Metric": named, "Period": period_seconds, "Stat": metric.statistic}
    return {"Id": f"m{position}", "MetricStat": stat, "ReturnData": True}


def _results(client: Any, queries: Sequence[Any], since: datetime, until: datetime) -> Iterator[Any]:
    """Every page's results. A series that breaks off must not look like a minute without errors."""
    last: dict[str, str] = {}
    pages = client.get_paginator("get_metric_data")
    try:
        for page in pages.paginate(MetricDataQueries=queries, StartTime=since, EndTime=until):
            for result in page["MetricDataResults"]:
                last[result["Id"]] = result.get("StatusCode", "Complete")
                yield result
    except (BotoCoreError, ClientError) as error:
        raise StoreUnavailable("CloudWatch", str(error)) from error
    broken = sorted({status for status in last.values() if status != "Complete"})
    if broken:
        raise StoreUnavailable("CloudWatch", f"its answer is {', '.join(broken)}")
