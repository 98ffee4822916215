"""The metrics of a record, and the directive that names them."""

from itertools import count
from typing import Any

import orjson
import pytest

from sluice.errors import NonFiniteOutput
from sluice.inference import record_metrics
from sluice.inference.record_metrics import failure_metrics, metrics_of
from sluice.inference.trace import PredictionTrace, Step
from tests.embedded_metrics import assert_is_embedded_metric_format


def directive(metrics: dict[str, float], **facts: Any) -> Any:
    return orjson.loads(orjson.dumps(record_metrics.directive(metrics, **facts)))


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
    metrics = metrics_of(a_trace(*steps), status, init_ms=100.0)
    dimensions = {"model": "m", "function_version": "1"} | ({"model_version": "2"} if has_version else {})
    aws = directive(metrics, namespace="Sluice/dev", has_version=has_version, epoch_ms=1_700_000_000_000)

    assert_is_embedded_metric_format({"_aws": aws, **dimensions, **metrics})


def test_metrics_are_published_per_version_and_per_function() -> None:
    aws = directive({"LatencyMs": 1.0}, namespace="Sluice/dev", has_version=True, epoch_ms=1)
    (metric_directive,) = aws["CloudWatchMetrics"]

    assert metric_directive["Namespace"] == "Sluice/dev"
    assert metric_directive["Dimensions"] == [
        ["model", "function_version", "model_version"],
        ["model", "function_version"],
    ]
    assert metric_directive["Metrics"] == [{"Name": "LatencyMs", "Unit": "Milliseconds"}]


def test_durations_are_milliseconds_to_the_microsecond() -> None:
    metrics = metrics_of(a_trace(*Step), 200, init_ms=None)

    assert metrics["PredictMs"] == 1.235
    assert metrics["LatencyMs"] == 7.407


def test_a_cold_start_has_a_latency_of_its_own_beside_the_one_that_every_request_has() -> None:
    metrics = metrics_of(a_trace(*Step), 200, init_ms=100.5)

    assert (metrics["LatencyMs"], metrics["ColdLatencyMs"], metrics["ColdStarts"]) == (7.407, 107.907, 1)
    assert "ColdLatencyMs" not in metrics_of(a_trace(*Step), 200, init_ms=None)


def test_every_request_is_a_warm_one_or_a_first_one() -> None:
    warm, first = (metrics_of(a_trace(*Step), 200, init_ms=init_ms) for init_ms in (None, 0.0))

    assert (warm["WarmLatencyMs"], "ColdLatencyMs" in warm) == (warm["LatencyMs"], False)
    assert ("WarmLatencyMs" in first, "ColdLatencyMs" in first) == (False, True)


def test_an_answer_that_is_no_finite_number_is_counted_and_other_failures_are_not() -> None:
    assert failure_metrics(NonFiniteOutput("m", 1, "y", 0, float("nan"))) == {"NonFiniteOutputs": 1}
    assert failure_metrics(KeyError("y")) == {}
