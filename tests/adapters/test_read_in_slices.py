"""Logs that are too long for one look: it goes on with the next, and nothing that was not read looks like good news."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from sluice.adapters.log_records import LogRecords
from sluice.adapters.read_in_slices import ReadInSlices
from sluice.adapters.reading_budget import ReadingBudget, ReadingLimits
from sluice.adapters.record_metrics_source import BASELINE_AT_MOST, RecordMetricsSource
from sluice.errors import StoreUnavailable
from sluice.local.aws_endpoint.logs_api import logs_wsgi_app
from sluice.local.lambda_host.log_store import LogStore
from sluice.rollouts.longer_windows import longer_windows
from sluice.rollouts.readings import Baseline, Window
from tests.adapters.conftest import REGION, serving
from tests.adapters.metrics_feeds import DELAY, QUANTILES, LogFeed, SetClock
from tests.unit.rollouts.records import NOON, a_record, minutes

SLOW = Baseline()
EDGES = {"scores": (0.0, 0.5, 1.0)}


class HandTimer:
    """Seconds that a test lets pass."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON + minutes(600))


@pytest.fixture
def log(clock: SetClock) -> LogStore:
    return LogStore(clock=clock)


@pytest.fixture
def logs(log: LogStore) -> Iterator[Any]:
    with serving(logs_wsgi_app(log)) as url:
        client = boto3.client("logs", region_name=REGION, endpoint_url=url)
        yield client
        client.close()


def a_source(logs: Any, clock: SetClock, budget: ReadingBudget) -> ReadInSlices:
    records = LogRecords(logs, before_page=budget.spend_page)
    outputs = RecordMetricsSource(records, clock, delay=DELAY, edges_of=lambda *_: EDGES)
    return ReadInSlices(outputs, budget)


def feed(log: LogStore, clock: SetClock, records: list[dict[str, Any]]) -> None:
    LogFeed(RecordMetricsSource(lambda *_: (), clock), log, clock).feed(records, SLOW)


def look(source: ReadInSlices, until: float, candidate: str = "2") -> list[Window]:
    since, end = NOON + minutes(0.5), NOON + minutes(until)
    found = source.windows(
        "churn", stable_version="1", candidate_version=candidate, since=since, until=end, baseline=SLOW
    )
    return list(found)


def test_what_one_look_cannot_read_the_next_ones_do(log: LogStore, logs: Any, clock: SetClock) -> None:
    feed(log, clock, [a_record("2", at=NOON + minutes(it + 0.5), scores=[0.2, 0.8]) for it in range(100)])
    source = a_source(logs, clock, ReadingBudget(ReadingLimits(pages=2)))

    looks = [look(source, 100) for _ in range(3)]

    read = [[it for it in windows if not it.unseen] for windows in looks]
    assert [len(it) for it in read] == [64, 99, 99]
    assert [it.starts_at for it in read[-1]] == [NOON + minutes(it) for it in range(1, 100)]
    assert all(it.candidate.bins == {"scores": (1, 1, 0, 0)} for it in read[-1])
    (rest,) = (it for it in looks[0] if it.unseen)
    assert (rest.starts_at, rest.ends_at) == (NOON + minutes(65), NOON + minutes(100))
    assert rest.unseen.startswith("predictions since 2026-11-21 13:05 are not read yet")
    assert "2 pages" in rest.unseen
    assert not any(it.unseen for windows in looks[1:] for it in windows)


def test_what_was_read_is_not_read_again(log: LogStore, logs: Any, clock: SetClock) -> None:
    feed(log, clock, [a_record("2", at=NOON + minutes(it)) for it in range(1, 100)])
    source = a_source(logs, clock, ReadingBudget(ReadingLimits(pages=4)))
    assert len(look(source, 60)) == 59

    more = ReadInSlices(RecordMetricsSource(_refusing, clock, delay=DELAY), ReadingBudget())
    again, further = look(source, 60), look(source, 62)

    assert (len(again), len(further)) == (59, 61)
    assert look(more, 60)[-1].unseen


def test_another_question_is_read_from_the_beginning(log: LogStore, logs: Any, clock: SetClock) -> None:
    feed(log, clock, [a_record("3", at=NOON + minutes(5))])
    source = a_source(logs, clock, ReadingBudget())

    assert look(source, 10) == []
    assert [it.candidate.requests for it in look(source, 10, candidate="3")] == [1]


def test_a_slice_that_proves_too_long_is_tried_in_halves(log: LogStore, logs: Any, clock: SetClock) -> None:
    feed(log, clock, [a_record("2", at=NOON + minutes(it)) for it in range(1, 40)])
    asked = []

    def of_half_an_hour_at_most(*span: Any) -> Iterator[Any]:
        asked.append(span[2] - span[1])
        if asked[-1] > minutes(4):
            raise StoreUnavailable("the rest of the log", "it is too long")
        return LogRecords(logs)(*span)

    outputs = RecordMetricsSource(of_half_an_hour_at_most, clock, delay=DELAY)
    source = ReadInSlices(outputs, ReadingBudget())
    looks = [look(source, 40) for _ in range(40)]

    assert asked[:4] == [minutes(32), minutes(16), minutes(8), minutes(4)]
    assert len(looks[-1]) == 39
    assert not looks[-1][-1].unseen


def test_time_is_limited_too(log: LogStore, logs: Any, clock: SetClock) -> None:
    feed(log, clock, [a_record("2", at=NOON + minutes(it)) for it in range(1, 100)])
    timer = HandTimer()
    budget = ReadingBudget(ReadingLimits(seconds=10), timer=timer)
    source = a_source(logs, clock, budget)
    spend, budget.spend_page = budget.spend_page, lambda: None  # type: ignore[method-assign]

    timer.seconds = 10.0
    with pytest.raises(StoreUnavailable, match="10 s"):
        spend()
    assert not look(source, 90)[-1].unseen
    spend()


def test_a_log_that_fails_is_unseen_and_no_death(clock: SetClock) -> None:
    source = ReadInSlices(RecordMetricsSource(_refusing, clock, delay=DELAY), ReadingBudget())

    (rest,) = look(source, 30)

    assert (rest.starts_at, rest.ends_at) == (NOON + minutes(1), NOON + minutes(30))
    assert "ThrottlingException" in rest.unseen


def test_longer_windows_tell_what_is_unseen_in_any_of_them(log: LogStore, logs: Any, clock: SetClock) -> None:
    feed(log, clock, [a_record("2", at=NOON + minutes(it)) for it in range(1, 60)])
    source = a_source(logs, clock, ReadingBudget(ReadingLimits(pages=1)))

    found = longer_windows(look(source, 60), minutes(60))

    assert [bool(it.unseen) for it in found] == [True]


def test_a_baseline_of_records_is_of_hours_not_of_days(log: LogStore, logs: Any, clock: SetClock) -> None:
    until = NOON + minutes(600)
    feed(log, clock, [a_record("1", at=until - BASELINE_AT_MOST - minutes(1), latency_ms=900.0)])
    feed(log, clock, [a_record("1", at=until - BASELINE_AT_MOST + minutes(it), latency_ms=5.0) for it in range(3)])
    source = a_source(logs, clock, ReadingBudget())

    found = source.baseline(
        "churn", function_version="1", since=until - minutes(7 * 1_440), until=until, quantiles_bps=QUANTILES
    )

    assert found.warm_ms == {5_000: 5.0, 9_900: 5.0}


def _refusing(*_: Any) -> Iterator[Any]:
    raise StoreUnavailable("log group /aws/lambda/inference-churn", "ThrottlingException")
