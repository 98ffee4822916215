"""What a tick on AWS sees: counts of CloudWatch, and predictions from the logs, by the bins of the release."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from functions.rollout_steps.composition import FromLogs, both_sources
from sluice.adapters.cloudwatch_metrics_source import CloudWatchMetricsSource, CloudWatchSettings
from sluice.adapters.log_records import log_group_of
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.adapters.reading_budget import ReadingLimits
from sluice.catalog.approval import ApprovalState
from sluice.catalog.release import ReleaseBinding
from sluice.local.aws_endpoint.logs_api import logs_wsgi_app
from sluice.local.lambda_host.log_store import LogStore
from sluice.rollouts.guardrail import Guardrail, GuardrailKind
from sluice.rollouts.judge import judge
from sluice.rollouts.ports import MetricsSource
from sluice.rollouts.readings import Baseline, Window
from sluice.rollouts.verdict import Judgement, Verdict
from sluice.usecases.compose_release import ReleaseWish, compose_release
from tests.adapters.conftest import REGION, serving
from tests.adapters.fake_cloudwatch import FakeCloudWatch
from tests.adapters.metrics_feeds import CloudWatchFeed, LogFeed, SetClock
from tests.unit.catalog.builders import a_model, a_release, a_version, an_event
from tests.unit.rollouts.records import NOON, a_record, minutes

NONE = Baseline()
EDGES = (0.0, 0.5, 1.0)
SCORES = Guardrail("scores", GuardrailKind.DISTRIBUTION, metric="scores", minimum_requests=50)
MEAN = Guardrail("mean", GuardrailKind.MEAN, metric="scores", minimum_requests=50)
ERRORS = Guardrail("errors", GuardrailKind.ERRORS)
HOUR = 60


@dataclass
class World:
    """Both services, and a registry whose function versions 1 and 2 have a release with bins."""

    cloudwatch: FakeCloudWatch
    log: LogStore
    clients: dict[str, Any]
    clock: SetClock
    registry: MemoryRegistry

    def source(self, limits: ReadingLimits | None = None) -> MetricsSource:
        settings = CloudWatchSettings(timeout_seconds=0)
        counts = CloudWatchMetricsSource(self.clients["cloudwatch"], self.clock, settings)
        limits = limits or ReadingLimits()
        return both_sources(counts, FromLogs(self.clients["logs"], log_group_of, self.clock, self.registry, limits))

    def feed(self, *records: dict[str, Any]) -> None:
        source = self.source()
        CloudWatchFeed(source, self.cloudwatch).feed(records, NONE)
        LogFeed(source, self.log, self.clock).feed(records, NONE)

    def feed_an_hour(self, candidate: list[float], stable: list[float]) -> None:
        moments = [NOON + minutes(it + 0.5) for it in range(HOUR)]
        self.feed(*(a_record("1", at=at, scores=stable) for at in moments for _ in range(3)))
        self.feed(*(a_record("2", at=at, scores=candidate) for at in moments for _ in range(2)))


@pytest.fixture
def world() -> Iterator[World]:
    clock = SetClock(NOON + minutes(100))
    cloudwatch, log = FakeCloudWatch(), LogStore(clock=clock)
    with serving(cloudwatch) as metrics_url, serving(logs_wsgi_app(log)) as logs_url:
        make: Any = boto3.client
        urls = {"cloudwatch": metrics_url, "logs": logs_url}
        clients = {name: make(name, region_name=REGION, endpoint_url=url) for name, url in urls.items()}
        yield World(cloudwatch, log, clients, clock, a_registry())
        for client in clients.values():
            client.close()


def a_registry() -> MemoryRegistry:
    registry = MemoryRegistry()
    registry.save_model(a_model(), an_event())
    for number in (1, 2):
        registry.add_version(a_version(number, ApprovalState.APPROVED, reference={"scores": EDGES}), an_event())
        content = compose_release("churn", ReleaseWish(number, versions=[]), registry=registry)
        registry.add_release(a_release(number, content), an_event())
        registry.bind_function_version(ReleaseBinding("churn", str(number), number, NOON))
    return registry


def windows(source: MetricsSource) -> list[Window]:
    until = source.settled_until(NOON + minutes(HOUR + 5))
    found = source.windows("churn", stable_version="1", candidate_version="2", since=NOON, until=until, baseline=NONE)
    return list(found)


def judged(seen: list[Window]) -> dict[str, Judgement]:
    found = judge((SCORES, MEAN, ERRORS), step_windows=seen, all_windows=seen, minimum_requests=50)
    return {it.guardrail: it for it in found}


def test_predictions_have_bins_and_means_beside_the_counts_of_cloudwatch(world: World) -> None:
    world.feed_an_hour(candidate=[0.2, 0.8], stable=[0.2, 0.8])

    seen = windows(world.source())

    assert len(seen) == HOUR
    assert all((it.stable.requests, it.candidate.requests) == (3, 2) for it in seen)
    assert all(it.candidate.bins == {"scores": (2, 2, 0, 0)} for it in seen)
    assert all(set(it.stable.moments) == {"billed_ms", "scores"} for it in seen)
    assert {it.verdict for it in judged(seen).values()} == {Verdict.PASS}


def test_shifted_predictions_fail_on_aws_too(world: World) -> None:
    world.feed_an_hour(candidate=[0.8, 0.9], stable=[0.2, 0.8])

    found = judged(windows(world.source()))

    assert found["scores"].verdict is Verdict.FAIL
    assert found["mean"].verdict is Verdict.FAIL
    assert found["errors"].verdict is Verdict.PASS


def test_requests_whose_records_are_not_all_read_are_counted_and_pass_nothing_that_looks_at_predictions(
    world: World,
) -> None:
    world.feed_an_hour(candidate=[0.2, 0.8], stable=[0.2, 0.8])
    source = world.source(ReadingLimits(pages=1))

    first, second = judged(windows(source)), judged(windows(source))

    assert [first[it].verdict for it in ("scores", "mean", "errors")] == [
        Verdict.NO_DATA,
        Verdict.NO_DATA,
        Verdict.PASS,
    ]
    assert "predictions since 2026-11-21 12:32 are not read yet" in first["scores"].why
    assert {it.verdict for it in second.values()} == {Verdict.PASS}


def test_counts_without_records_are_no_data_for_predictions(world: World) -> None:
    records = [a_record(it, at=NOON + minutes(5.5), scores=[0.5]) for it in ("1", "2") for _ in range(150)]
    CloudWatchFeed(world.source(), world.cloudwatch).feed(records, NONE)

    found = judged(windows(world.source()))

    assert [found[it].verdict for it in ("scores", "errors")] == [Verdict.NO_DATA, Verdict.PASS]


def test_a_baseline_is_read_from_metrics_and_not_from_the_log(world: World) -> None:
    world.feed_an_hour(candidate=[0.2], stable=[0.2])
    world.clients["logs"].close()

    found = world.source(ReadingLimits(pages=0)).baseline(
        "churn",
        function_version="1",
        since=NOON - minutes(7 * 1_440),
        until=NOON + minutes(HOUR),
        quantiles_bps=[9_900],
    )

    assert found.warm_ms == {9_900: 10.0}
