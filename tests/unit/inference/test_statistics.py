"""Statistics of an execution environment: what is counted, and where."""

from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from sluice.errors import InferenceFailed, UnknownModel, UnknownModelVersion
from sluice.inference.served_release import Choice, ServedRelease, ServingReason
from sluice.inference.statistics import Statistics
from sluice.inference.trace import CacheUse, PredictionTrace, Step
from tests.functions.builders import PublishedRelease

EPOCH_MS = 1_790_000_000_000
TICK_NS = 1_000
PREDICTED = (Step.DECODE, Step.LOAD, Step.PREDICT, Step.ENCODE)


@pytest.fixture
def release() -> ServedRelease:
    return ServedRelease(PublishedRelease().content(), number=3, digest="d")


@pytest.fixture
def statistics() -> Statistics:
    return Statistics(lambda: EPOCH_MS * 1_000_000 + 999_999)


def a_trace(release: ServedRelease, *steps: Step, version: str | None = None, batch_size: int = 1) -> PredictionTrace:
    """Each step takes one tick."""
    ticks = count(step=TICK_NS)
    trace = PredictionTrace("id", lambda: next(ticks))
    trace.choice = release.choose("risk", version)
    trace.batch_size = batch_size
    for step in steps:
        trace.finished(step)
    return trace


def of(statistics: Statistics, release: ServedRelease, version: str = "2") -> Any:
    [found] = statistics.document_of(release, "risk", version)["model_stats"]
    return found


def test_a_batch_is_one_execution_of_many_inferences(statistics: Statistics, release: ServedRelease) -> None:
    for batch_size in (1, 64, 64):
        statistics.observe(a_trace(release, *PREDICTED, batch_size=batch_size), 200)

    found = of(statistics, release)

    assert (found["inference_count"], found["execution_count"]) == (129, 3)
    assert found["last_inference"] == EPOCH_MS
    step = {"count": 3, "ns": 3 * TICK_NS}
    assert found["inference_stats"] == {
        "success": {"count": 3, "ns": 3 * 4 * TICK_NS},
        "fail": {"count": 0, "ns": 0},
        "queue": {"count": 3, "ns": 0},
        "compute_input": step,
        "compute_infer": step,
        "compute_output": step,
        "cache_hit": {"count": 0, "ns": 0},
    }


def test_each_batch_size_has_its_durations(statistics: Statistics, release: ServedRelease) -> None:
    for batch_size in (64, 1, 64):
        statistics.observe(a_trace(release, *PREDICTED, batch_size=batch_size), 200)

    def batch(size: int, executions: int) -> dict[str, Any]:
        duration = {"count": executions, "ns": executions * TICK_NS}
        return {
            "batch_size": size,
            "compute_input": duration,
            "compute_infer": duration,
            "compute_output": duration,
        }

    assert of(statistics, release)["batch_stats"] == [batch(1, 1), batch(64, 2)]


def test_batch_sizes_without_end_take_no_memory_without_end(statistics: Statistics, release: ServedRelease) -> None:
    for batch_size in range(1, 1001):
        statistics.observe(a_trace(release, *PREDICTED, batch_size=batch_size), 200)

    found = of(statistics, release)

    assert len(found["batch_stats"]) == 257
    assert found["batch_stats"][0]["compute_infer"]["count"] == 1000 - 256
    assert (found["execution_count"], found["inference_count"]) == (1000, 500_500)


@pytest.mark.parametrize("steps", [(), (Step.DECODE,), PREDICTED])
def test_a_failure_counts_as_such_however_far_it_got(
    statistics: Statistics, release: ServedRelease, steps: tuple[Step, ...]
) -> None:
    statistics.observe(a_trace(release, *steps), 500 if steps else 400)

    found = of(statistics, release)

    assert found["inference_stats"]["fail"] == {"count": 1, "ns": (len(steps) + 1) * TICK_NS}
    assert found["inference_stats"]["success"]["count"] == found["execution_count"] == found["inference_count"] == 0
    assert found["batch_stats"] == []


def test_a_hit_of_the_result_cache_is_a_success_and_no_execution(
    statistics: Statistics, release: ServedRelease
) -> None:
    statistics.observe(a_trace(release, *PREDICTED), 200)
    hit = a_trace(release, Step.DECODE)
    hit.cache = CacheUse("HIT", 1.0)
    statistics.observe(hit, 200)

    found = of(statistics, release)["inference_stats"]

    assert found["cache_hit"] == {"count": 1, "ns": 2 * TICK_NS}
    assert found["success"] == {"count": 2, "ns": (4 + 2) * TICK_NS}
    assert found["queue"]["count"] == 2
    assert found["compute_input"]["count"] == found["compute_infer"]["count"] == found["compute_output"]["count"] == 1


def test_versions_are_counted_apart_and_without_a_version_all_are_told(
    statistics: Statistics, release: ServedRelease
) -> None:
    statistics.observe(a_trace(release, *PREDICTED, version="1"), 200)

    found = statistics.document_of(release, "risk", None)["model_stats"]

    assert [(each["name"], each["version"], each["execution_count"]) for each in found] == [
        ("risk", "1", 1),
        ("risk", "2", 0),
    ]
    assert found[1]["last_inference"] == 0


def test_a_variant_that_could_not_answer_has_failed_and_the_default_has_not(
    statistics: Statistics, release: ServedRelease
) -> None:
    trace = a_trace(release, *PREDICTED)
    trace.variant_failure = InferenceFailed("risk", 1)
    lead: Any = SimpleNamespace(variant=SimpleNamespace(model_version=1))
    trace.choice = Choice(release.default.version, ServingReason.RELEASE_DEFAULT, lead)

    statistics.observe(trace, 200)

    assert of(statistics, release, "1")["inference_stats"]["fail"]["count"] == 1
    assert of(statistics, release, "2")["inference_stats"]["fail"]["count"] == 0
    assert of(statistics, release, "2")["inference_stats"]["success"]["count"] == 1


def test_a_request_that_chose_no_version_is_nobodys(statistics: Statistics, release: ServedRelease) -> None:
    trace = a_trace(release)
    trace.choice = None

    statistics.observe(trace, 404)

    found = statistics.document_of(release, "risk", None)["model_stats"]
    assert all(each["inference_stats"]["fail"]["count"] == 0 for each in found)


def test_what_is_not_served_has_no_statistics(statistics: Statistics, release: ServedRelease) -> None:
    with pytest.raises(UnknownModel):
        statistics.document_of(release, "other", None)
    with pytest.raises(UnknownModelVersion):
        statistics.document_of(release, "risk", "9")
