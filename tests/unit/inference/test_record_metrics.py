"""The metrics of a record, and the directive that names them."""

from itertools import count

import pytest

from sluice.errors import InferenceFailed, NonFiniteOutput
from sluice.inference.record_metrics import counts_of, definitions, durations_of, rare_counts
from sluice.inference.trace import PredictionTrace, Step
from tests.embedded_metrics import assert_is_embedded_metric_format


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
    metrics = durations_of(a_trace(*steps), init_ms=100.0) | counts_of(status, is_cold=True)
    dimensions = {"model": "m", "function_version": "1"} | ({"model_version": "2"} if has_version else {})
    directives = definitions("Sluice/dev", metrics, has_version=has_version)
    aws = {"Timestamp": 1_700_000_000_000, "CloudWatchMetrics": directives}

    assert_is_embedded_metric_format({"_aws": aws, **dimensions, **metrics})


def test_metrics_are_published_per_version_and_per_function() -> None:
    (metric_directive,) = definitions("Sluice/dev", ["LatencyMs"], has_version=True)

    assert metric_directive["Namespace"] == "Sluice/dev"
    assert metric_directive["Dimensions"] == [
        ["model", "function_version", "model_version"],
        ["model", "function_version"],
    ]
    assert metric_directive["Metrics"] == [{"Name": "LatencyMs", "Unit": "Milliseconds"}]


def test_durations_are_milliseconds_to_the_microsecond() -> None:
    metrics = durations_of(a_trace(*Step), init_ms=None)

    assert metrics["PredictMs"] == 1.235
    assert metrics["LatencyMs"] == 8.642


def test_a_cold_start_has_a_latency_of_its_own_beside_the_one_that_every_request_has() -> None:
    metrics = durations_of(a_trace(*Step), init_ms=100.5)

    assert (metrics["LatencyMs"], metrics["ColdLatencyMs"]) == (8.642, 109.142)
    assert "ColdLatencyMs" not in durations_of(a_trace(*Step), init_ms=None)


def test_every_request_is_a_warm_one_or_a_first_one() -> None:
    warm, first = (durations_of(a_trace(*Step), init_ms=init_ms) for init_ms in (None, 0.0))

    assert (warm["WarmLatencyMs"], "ColdLatencyMs" in warm) == (warm["LatencyMs"], False)
    assert ("WarmLatencyMs" in first, "ColdLatencyMs" in first) == (False, True)


def test_durations_in_lower_case_are_no_metrics() -> None:
    (directive,) = definitions("Sluice/dev", durations_of(a_trace(*Step), init_ms=None), has_version=True)
    found = {metric["Name"] for metric in directive["Metrics"]}

    assert found == {"LatencyMs", "WarmLatencyMs", "AssignMs", "DecodeMs", "PredictMs", "EncodeMs"}


def test_a_variant_whose_version_failed_is_counted() -> None:
    trace = a_trace()
    trace.variant_failure = InferenceFailed("risk", 3)

    assert rare_counts(trace, None) == {"VariantFailures": 1}


def test_an_answer_that_is_no_finite_number_is_counted_and_other_failures_are_not() -> None:
    assert rare_counts(a_trace(), NonFiniteOutput("m", 1, "y", 0, float("nan"))) == {"NonFiniteOutputs": 1}
    assert rare_counts(a_trace(), KeyError("y")) == rare_counts(a_trace(), None) == {}


@pytest.mark.parametrize(
    ("status", "theirs", "ours"), [(200, 0, 0), (304, 0, 0), (400, 1, 0), (499, 1, 0), (500, 0, 1), (501, 1, 0)]
)
def test_errors_are_the_clients_or_ours_and_what_is_not_offered_is_theirs(status: int, theirs: int, ours: int) -> None:
    assert counts_of(status, is_cold=False) == {"ClientErrors": theirs, "ServerErrors": ours, "ColdStarts": 0}
