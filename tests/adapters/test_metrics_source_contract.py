"""What holds for every source of readings."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest

from sluice.adapters.cloudwatch_metrics_source import CloudWatchMetricsSource, CloudWatchSettings
from sluice.adapters.log_records import LogRecords
from sluice.adapters.memory_metrics_source import MemoryMetricsSource
from sluice.adapters.read_in_slices import ReadInSlices
from sluice.adapters.reading_budget import ReadingBudget
from sluice.adapters.record_metrics_source import RecordMetricsSource
from sluice.local.aws_endpoint.logs_api import logs_wsgi_app
from sluice.local.lambda_host.log_store import LogStore
from sluice.rollouts.readings import Baseline, Window
from tests.adapters.conftest import REGION, serving
from tests.adapters.fake_cloudwatch import FakeCloudWatch
from tests.adapters.metrics_feeds import DELAY, QUANTILES, CloudWatchFeed, Feed, LogFeed, MemoryFeed, SetClock
from tests.unit.rollouts.records import NOON, a_record, minutes

SLOW = Baseline({5_000: 10.0, 9_900: 20.0}, {9_900: 300.0})


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON + minutes(60))


@pytest.fixture
def log_feed(clock: SetClock) -> Iterator[LogFeed]:
    log = LogStore(clock=clock)
    with serving(logs_wsgi_app(log)) as url:
        client = boto3.client("logs", region_name=REGION, endpoint_url=url)
        yield LogFeed(RecordMetricsSource(LogRecords(client), clock, delay=DELAY), log, clock)
        client.close()


@pytest.fixture
def cloudwatch_feed(clock: SetClock) -> Iterator[CloudWatchFeed]:
    cloudwatch = FakeCloudWatch()
    with serving(cloudwatch) as url:
        client = boto3.client("cloudwatch", region_name=REGION, endpoint_url=url)
        yield CloudWatchFeed(CloudWatchMetricsSource(client, clock, CloudWatchSettings(timeout_seconds=0)), cloudwatch)
        client.close()


@pytest.fixture(params=["memory", "records", "slices", "cloudwatch"])
def feed(request: pytest.FixtureRequest, clock: SetClock) -> Feed:
    if request.param == "memory":
        return MemoryFeed(MemoryMetricsSource(clock, delay=DELAY))
    if request.param == "slices":
        log: LogFeed = request.getfixturevalue("log_feed")
        return replace(log, source=ReadInSlices(log.source, ReadingBudget()))
    found: Feed = request.getfixturevalue(f"{request.param}_feed".replace("records", "log"))
    return found


def windows(feed: Feed, **changes: Any) -> list[Window]:
    span = {"since": NOON, "until": NOON + minutes(60)} | changes
    return list(feed.source.windows("churn", stable_version="1", candidate_version="2", baseline=SLOW, **span))


def test_both_sides_are_read_by_the_minute(feed: Feed) -> None:
    feed.feed([a_record("1"), a_record("1", at=NOON + minutes(0.9)), a_record("2", at=NOON + minutes(2))], SLOW)

    first, second = windows(feed)

    assert (first.starts_at, first.seconds, first.stable.requests, first.candidate.requests) == (NOON, 60, 2, 0)
    assert (second.starts_at, second.stable.requests, second.candidate.requests) == (NOON + minutes(2), 0, 1)


def test_errors_slow_ones_and_cold_ones_are_counted_apart(feed: Feed) -> None:
    traffic = [
        a_record("2", status=500, latency_ms=1.0),
        a_record("2", status=404, latency_ms=10.5),
        a_record("2", latency_ms=20.0),
        a_record("2", latency_ms=20.5),
        a_record("2", latency_ms=100.0, cold_ms=300.5),
        a_record("2", latency_ms=100.0, cold_ms=300.0),
    ]
    feed.feed(traffic, SLOW)

    (window,) = windows(feed)

    side = window.candidate
    assert (side.requests, side.server_errors) == (6, 1)
    assert (side.warm_requests, dict(side.slow)) == (4, {5_000: 3, 9_900: 1})
    assert (side.cold_starts, dict(side.slow_cold)) == (2, {9_900: 1})


def test_answers_that_are_no_finite_numbers_are_bad_values(feed: Feed) -> None:
    bad = a_record("2", status=500, error={"class": "NonFiniteOutput"}, NonFiniteOutputs=1)
    feed.feed([bad, a_record("2", status=500, error={"class": "InferenceFailed"})], SLOW)

    (window,) = windows(feed)

    assert (window.candidate.bad_values, window.candidate.server_errors) == (1, 2)


def test_what_is_billed_has_its_count_and_sum(feed: Feed) -> None:
    feed.feed([a_record("2", latency_ms=3.0), a_record("2", latency_ms=2.0, cold_ms=50.0)], SLOW)

    (window,) = windows(feed)

    billed = window.candidate.moments["billed_ms"]
    assert (billed.count, billed.total) == (2, 53.0)
    assert billed.squares >= 2509.0


def test_minutes_that_may_still_change_are_not_given(feed: Feed, clock: SetClock) -> None:
    feed.feed([a_record(at=NOON + minutes(it)) for it in range(5)], SLOW)

    clock.instant = NOON + DELAY + minutes(2.99)

    assert feed.source.settled_until(clock.instant) <= NOON + minutes(2)
    assert [it.starts_at for it in windows(feed)] == [NOON, NOON + minutes(1)]


def test_a_minute_that_began_before_or_ends_after_the_time_asked_for_is_not_given(feed: Feed) -> None:
    feed.feed([a_record(at=NOON + minutes(it + 0.5)) for it in range(5)], SLOW)

    found = windows(feed, since=NOON + minutes(0.25), until=NOON + minutes(3.75))

    assert [it.starts_at for it in found] == [NOON + minutes(1), NOON + minutes(2)]


def test_no_traffic_is_no_window(feed: Feed) -> None:
    assert windows(feed) == []

    feed.feed([a_record("3")], SLOW)

    assert windows(feed) == []


def test_no_time_is_no_window(feed: Feed) -> None:
    feed.feed([a_record()], SLOW)

    assert windows(feed, until=NOON) == windows(feed, since=NOON + minutes(9), until=NOON) == []


def test_a_baseline_is_the_quantiles_of_one_side(feed: Feed) -> None:
    traffic = [a_record("1", latency_ms=float(it)) for it in range(1, 101)]
    traffic += [a_record("1", cold_ms=it * 100.0) for it in range(1, 4)]
    feed.feed([*traffic, a_record("2", latency_ms=9_000.0)], SLOW)

    found = feed.source.baseline(
        "churn", function_version="1", since=NOON, until=NOON + minutes(5), quantiles_bps=QUANTILES
    )

    assert found == Baseline({5_000: 50.0, 9_900: 99.0}, {5_000: 200.0, 9_900: 300.0})


def test_a_side_without_traffic_has_no_baseline(feed: Feed) -> None:
    found = feed.source.baseline(
        "churn", function_version="7", since=NOON, until=NOON + minutes(5), quantiles_bps=QUANTILES
    )

    assert found == Baseline()
