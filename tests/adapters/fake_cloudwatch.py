"""CloudWatch's GetMetricData over HTTP, with the statistics that moto does not have.

Ranges are without their lower end and with their upper one, as the service's definitions of statistics say.
"""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

Key = tuple[str, str, tuple[tuple[str, str], ...]]


class FakeCloudWatch:
    """Values are put in as they are; `calls` are the queries of each request."""

    def __init__(self, *, page_size: int = 100, status: str = "Complete") -> None:
        self.calls: list[list[dict[str, Any]]] = []
        self.page_size = page_size
        self.status = status
        self._values: dict[Key, list[tuple[float, float]]] = defaultdict(list)

    def put(self, namespace: str, name: str, dimensions: Mapping[str, str], at: datetime, value: float) -> None:
        self._values[namespace, name, tuple(sorted(dimensions.items()))].append((at.timestamp(), value))

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        assert environ["HTTP_X_AMZ_TARGET"].endswith(".GetMetricData")
        asked = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        self.calls.append(asked["MetricDataQueries"])
        start_response("200 OK", [("Content-Type", "application/x-amz-json-1.0")])
        return [json.dumps(self._page(asked)).encode()]

    def _page(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        start = int(asked.get("NextToken", "0"))
        queries = asked["MetricDataQueries"]
        page = queries[start : start + self.page_size]
        answer: dict[str, Any] = {"MetricDataResults": [self._result(asked, it) for it in page], "Messages": []}
        if start + self.page_size < len(queries):
            answer["NextToken"] = str(start + self.page_size)
        return answer

    def _result(self, asked: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, Any]:
        stat, first = query["MetricStat"], asked["StartTime"]
        metric, period = stat["Metric"], stat["Period"]
        dimensions = tuple(sorted((it["Name"], it["Value"]) for it in metric["Dimensions"]))
        periods: dict[float, list[float]] = defaultdict(list)
        for at, value in self._values.get((metric["Namespace"], metric["MetricName"], dimensions), []):
            if first <= at < asked["EndTime"]:
                periods[first + (at - first) // period * period].append(value)
        points = sorted(((at, statistic(stat["Stat"], it)) for at, it in periods.items()), reverse=True)
        return {
            "Id": query["Id"],
            "Label": metric["MetricName"],
            "Timestamps": [at for at, _ in points],
            "Values": [value for _, value in points],
            "StatusCode": self.status,
        }


def statistic(name: str, values: Sequence[float]) -> float:
    match name:
        case "Sum":
            return sum(values)
        case "SampleCount":
            return len(values)
        case "Maximum":
            return max(values)
    if name.startswith("p"):
        return sorted(values)[math.ceil(float(name[1:]) / 100 * len(values)) - 1]
    low, high = (float(it) if it else None for it in name[3:-1].split(":"))
    inside = [it for it in values if (low is None or it > low) and (high is None or it <= high)]
    return {"TC": float(len(inside)), "TS": float(sum(inside))}[name[:2]]
