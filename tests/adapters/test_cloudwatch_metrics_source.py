"""What only CloudWatch has: pages, late metrics, crashes without a record, statistics in its own spelling."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from sluice.adapters.cloudwatch_latency import billed_metrics, billed_moments, quantile_statistic, threshold_statistic
from sluice.adapters.cloudwatch_metrics_source import CloudWatchMetricsSource, CloudWatchSettings
from sluice.adapters.cloudwatch_series import CALL_LIMIT_QUERIES, Metric, read_series
from sluice.adapters.memory_metrics_source import MemoryMetricsSource
from sluice.adapters.merged_metrics_source import MergedMetricsSource
from sluice.errors import StoreUnavailable
from sluice.rollouts.readings import Baseline, Moments, SideReading
from tests.adapters.broken_dynamodb import Answering
from tests.adapters.conftest import REGION, serving
from tests.adapters.fake_cloudwatch import FakeCloudWatch, statistic
from tests.adapters.metrics_feeds import CloudWatchFeed, SetClock
from tests.unit.rollouts.records import NOON, a_record, minutes

SIDES: dict[str, Any] = {"stable_version": "1", "candidate_version": "2", "baseline": Baseline({9_900: 20.0}, {})}
HOUR: dict[str, Any] = {"since": NOON, "until": NOON + minutes(60)}


@pytest.fixture
def cloudwatch() -> FakeCloudWatch:
    return FakeCloudWatch()


@pytest.fixture
def client(cloudwatch: FakeCloudWatch) -> Iterator[Any]:
    with serving(cloudwatch) as url:
        client = boto3.client("cloudwatch", region_name=REGION, endpoint_url=url)
        yield client
        client.close()


def source_of(client: Any) -> CloudWatchMetricsSource:
    return CloudWatchMetricsSource(client, SetClock(NOON + minutes(90)), CloudWatchSettings())


def test_readings_settle_after_the_longest_invocation_and_two_minutes(client: Any) -> None:
    source = CloudWatchMetricsSource(client, SetClock(NOON), CloudWatchSettings(timeout_seconds=29))

    assert source.settled_until(NOON + timedelta(seconds=149)) == NOON
    assert source.settled_until(NOON + timedelta(seconds=148)) == NOON - minutes(1)


def test_pages_are_put_together(client: Any, cloudwatch: FakeCloudWatch) -> None:
    cloudwatch.page_size = 3
    CloudWatchFeed(source_of(client), cloudwatch).feed([a_record("1"), a_record("2", latency_ms=30.0)], Baseline())

    (window,) = source_of(client).windows("churn", **SIDES, **HOUR)

    assert (window.stable.requests, window.candidate.requests, dict(window.candidate.slow)) == (1, 1, {9_900: 1})
    assert len(cloudwatch.calls) > 10


def test_more_queries_than_a_call_takes_are_several_calls(client: Any, cloudwatch: FakeCloudWatch) -> None:
    cloudwatch.page_size = 1_000
    cloudwatch.put("Sluice", "m1000", {}, NOON, 7.0)
    metrics = [Metric("Sluice", f"m{number}", (), "Sum") for number in range(1_001)]

    series = read_series(client, metrics, since=NOON, until=NOON + minutes(1))

    assert [len(call) for call in cloudwatch.calls] == [CALL_LIMIT_QUERIES, CALL_LIMIT_QUERIES, 1]
    assert (series[0], series[1_000]) == ({}, {NOON: 7.0})


def test_an_invocation_that_left_no_record_is_a_request_and_an_error(client: Any, cloudwatch: FakeCloudWatch) -> None:
    CloudWatchFeed(source_of(client), cloudwatch).feed([a_record("1")], Baseline())
    of_candidate = {"FunctionName": "inference-churn", "Resource": "inference-churn:live", "ExecutedVersion": "2"}
    for _ in range(3):
        cloudwatch.put("AWS/Lambda", "Errors", of_candidate, NOON, 1.0)
    cloudwatch.put("AWS/Lambda", "Errors", of_candidate, NOON + minutes(5), 0.0)

    (window,) = source_of(client).windows("churn", **SIDES, **HOUR)

    assert (window.candidate.requests, window.candidate.server_errors) == (3, 3)
    assert (window.stable.requests, window.stable.server_errors) == (1, 0)


@pytest.mark.parametrize("status", ["PartialData", "InternalError", "Forbidden"])
def test_an_answer_that_is_not_complete_is_no_answer(client: Any, cloudwatch: FakeCloudWatch, status: str) -> None:
    cloudwatch.status = status

    with pytest.raises(StoreUnavailable, match=status):
        source_of(client).windows("churn", **SIDES, **HOUR)


def test_a_cloudwatch_that_fails_is_unavailable() -> None:
    failing = Answering(b'{"__type": "InternalServiceFault"}', "500 Internal Server Error")
    with serving(failing) as url:
        config = Config(retries={"total_max_attempts": 1})
        client = boto3.client("cloudwatch", region_name=REGION, endpoint_url=url, config=config)
        with pytest.raises(StoreUnavailable, match="CloudWatch"):
            source_of(client).windows("churn", **SIDES, **HOUR)
        client.close()


def test_a_baseline_of_days_weighs_each_by_its_requests(client: Any, cloudwatch: FakeCloudWatch) -> None:
    feed = CloudWatchFeed(source_of(client), cloudwatch)
    day = 24 * 60
    feed.feed(
        [a_record("1", latency_ms=10.0)] * 3 + [a_record("1", at=NOON + minutes(day), latency_ms=50.0)], Baseline()
    )

    found = source_of(client).baseline(
        "churn", function_version="1", since=NOON, until=NOON + minutes(2 * day), quantiles_bps=(9_900,)
    )

    assert found == Baseline({9_900: 20.0}, {})


@pytest.mark.parametrize(
    ("found", "written"),
    [
        (quantile_statistic(9_900), "p99"),
        (quantile_statistic(9_995), "p99.95"),
        (quantile_statistic(5_000), "p50"),
        (threshold_statistic(20.0), "TC(20:)"),
        (threshold_statistic(0.00001), "TC(0.00001:)"),
        (threshold_statistic(123456.789), "TC(123456.789:)"),
    ],
)
def test_statistics_are_spelled_as_cloudwatch_reads_them(found: str, written: str) -> None:
    assert found == written


DURATIONS = st.lists(st.floats(0.001, 29_000.0), max_size=30)


@given(warm=DURATIONS, cold=DURATIONS)
def test_the_bound_of_squares_is_never_too_low_and_seldom_far_too_high(warm: list[float], cold: list[float]) -> None:
    values = {"WarmLatencyMs": warm, "ColdLatencyMs": cold}
    found = billed_moments(
        {(name, it): statistic(it, values[name]) if values[name] else 0.0 for name, it in billed_metrics()}
    )

    squares = sum(it * it for it in warm)
    assert found.count == len(warm) + len(cold)
    assert found.total == pytest.approx(sum(warm) + sum(cold))
    assert found.squares >= (squares + sum(it * it for it in cold)) * (1 - 1e-9)
    if not cold and all(it >= 4 for it in warm):
        assert found.squares <= 25 / 16 * squares * (1 + 1e-9)


def test_outputs_come_from_records_and_everything_else_from_metrics() -> None:
    clock = SetClock(NOON + minutes(60))
    counts, outputs = MemoryMetricsSource(clock, delay=minutes(2)), MemoryMetricsSource(clock, delay=minutes(5))
    billed, few, scores = Moments(9, 9.0, 9.0), Moments(2, 2.0, 2.0), Moments(2, 1.0, 0.5)
    counts.put("churn", "2", NOON, SideReading(requests=9, moments={"billed_ms": billed}))
    counts.put("churn", "1", NOON + minutes(1), SideReading(requests=4))
    counts.put_baseline("churn", "1", Baseline({9_900: 5.0}))
    outputs.put(
        "churn",
        "2",
        NOON,
        SideReading(requests=2, moments={"billed_ms": few, "scores": scores}, bins={"scores": (2, 0)}),
    )
    merged = MergedMetricsSource(counts, outputs)

    first, second = merged.windows("churn", **SIDES, **HOUR)

    assert first.candidate == SideReading(
        requests=9, moments={"billed_ms": billed, "scores": scores}, bins={"scores": (2, 0)}
    )
    assert (second.stable, second.candidate) == (SideReading(requests=4), SideReading())
    assert merged.settled_until(NOON) == NOON - minutes(5)
    assert merged.baseline("churn", function_version="1", **HOUR, quantiles_bps=(9_900,)) == Baseline({9_900: 5.0})
