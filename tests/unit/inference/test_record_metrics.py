"""Records are embedded metric format: the rules of AWS's specification, checked one by one.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import re
from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest

from sluice.inference.record_metrics import directive, metrics_of
from sluice.inference.trace import PredictionTrace, Step

UNITS = (
    "Seconds Microseconds Milliseconds Bytes Kilobytes Megabytes Gigabytes Terabytes Bits Kilobits Megabits Gigabits"
)
UNITS += " Terabits Percent Count None"


def assert_is_embedded_metric_format(record: Mapping[str, Any]) -> None:
    metadata = record["_aws"]
    assert type(metadata["Timestamp"]) is int
    assert metadata["Timestamp"] > 0
    assert set(metadata) == {"Timestamp", "CloudWatchMetrics"}
    assert type(metadata["CloudWatchMetrics"]) is list
    for metric_directive in metadata["CloudWatchMetrics"]:
        _assert_directive(metric_directive, record)


def _assert_directive(metric_directive: Mapping[str, Any], record: Mapping[str, Any]) -> None:
    assert set(metric_directive) == {"Namespace", "Dimensions", "Metrics"}
    assert re.fullmatch(r"[A-Za-z0-9._/#:-]{1,255}", metric_directive["Namespace"])
    assert metric_directive["Dimensions"]
    for dimension_set in metric_directive["Dimensions"]:
        assert 1 <= len(dimension_set) <= 30
        for name in dimension_set:
            assert 1 <= len(name) <= 250
            assert type(record[name]) is str
            assert 1 <= len(record[name]) <= 1024
    assert 1 <= len(metric_directive["Metrics"]) <= 100
    for metric in metric_directive["Metrics"]:
        assert set(metric) <= {"Name", "Unit", "StorageResolution"}
        assert 1 <= len(metric["Name"]) <= 1024
        assert metric["Unit"] in UNITS.split()
        assert type(record[metric["Name"]]) in (int, float)


def a_trace(*steps: Step) -> PredictionTrace:
    ticks = count(step=1_234_567)
    trace = PredictionTrace("id", lambda: next(ticks))
    for step in steps:
        trace.finished(step)
    return trace


@pytest.mark.parametrize("steps", [(), (Step.DECODE,), tuple(Step)])
@pytest.mark.parametrize("status", [200, 400, 501, 503])
@pytest.mark.parametrize("has_version", [True, False])
def test_every_kind_of_record_is_valid(steps: tuple[Step, ...], status: int, has_version: bool) -> None:
    metrics = metrics_of(a_trace(*steps), status, cold_start=True)
    dimensions = {"model": "m", "function_version": "1"} | ({"model_version": "2"} if has_version else {})
    aws = directive(metrics, has_version=has_version, epoch_ms=1_700_000_000_000)

    assert_is_embedded_metric_format({"_aws": aws, **dimensions, **metrics})


def test_metrics_are_published_per_version_and_per_function() -> None:
    (metric_directive,) = directive({"LatencyMs": 1.0}, has_version=True, epoch_ms=1)["CloudWatchMetrics"]

    assert metric_directive["Namespace"] == "Sluice"
    assert metric_directive["Dimensions"] == [
        ["model", "function_version", "model_version"],
        ["model", "function_version"],
    ]
    assert metric_directive["Metrics"] == [{"Name": "LatencyMs", "Unit": "Milliseconds"}]


def test_durations_are_milliseconds_to_the_microsecond() -> None:
    metrics = metrics_of(a_trace(*Step), 200, cold_start=False)

    assert metrics["PredictMs"] == 1.235
    assert metrics["LatencyMs"] == 6.173
