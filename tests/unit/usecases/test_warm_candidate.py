"""A candidate answers its golden examples before it gets traffic."""

import base64
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from sluice.adapters.memory_candidate_calls import MemoryCandidateCalls
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.catalog.approval import ApprovalState
from sluice.catalog.model_version import GoldenExample, ModelVersion
from sluice.catalog.release import Release
from sluice.errors import CandidateFailed, UnknownRelease
from sluice.inference.own_call import OwnCall, Purpose, own_call_of
from sluice.rollouts.state import RolloutState
from sluice.usecases.warm_candidate import WarmUp, warm_candidate, warm_rollout
from tests.unit.catalog.builders import a_content, a_model, a_release, a_version, an_event
from tests.unit.rollouts.rollout_builders import a_rollout

EXAMPLES = (
    GoldenExample("one", {"x": [[1.0, 1.0, 1.0]]}, {"scores": [[2.0, 0.75]]}, 1e-6),
    GoldenExample("two", {"x": [[2.0, 2.0, 2.0]]}, {"scores": [[4.0, 0.5]]}, 1e-6),
)
VERSION = a_version(golden_examples=EXAMPLES)


def answering(*scores: float, status: int = 200, **changes: Any) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """A function that answers the examples rightly, but for what is given."""

    def function(event: Mapping[str, Any]) -> Mapping[str, Any]:
        request = json.loads(base64.b64decode(event["body"]))
        (first, *_) = request["inputs"][0]["data"]
        right = {1.0: [2.0, 0.75], 2.0: [4.0, 0.5]}[first]
        output = {"name": "scores", "datatype": "FP32", "shape": [1, 2], "data": list(scores) or right} | changes
        body = {"outputs": [output]} if status == 200 else {"error": "no"}
        return {"statusCode": status, "body": json.dumps(body)}

    return function


def warmed(function: Any, version: ModelVersion = VERSION, **options: Any) -> WarmUp:
    return warm_candidate(version, "7", calls=MemoryCandidateCalls("churn", {"7": function}), **options)


def test_every_example_is_asked_once_and_must_be_answered_rightly() -> None:
    assert warmed(answering()) == WarmUp(answered=2)


def test_a_call_names_the_version_and_says_that_it_warms() -> None:
    events = []

    def function(event: Mapping[str, Any]) -> Mapping[str, Any]:
        events.append(event)
        return answering()(event)

    warmed(function)

    assert all(own_call_of(event) == OwnCall(Purpose.WARM_UP) for event in events)
    assert {event["pathParameters"]["model_version"] for event in events} == {"1"}
    request = json.loads(base64.b64decode(events[0]["body"]))
    assert request == {"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 3], "data": [1.0, 1.0, 1.0]}]}


def test_so_many_environments_are_asked_at_the_same_time() -> None:
    together = threading.Barrier(3)

    def function(event: Mapping[str, Any]) -> Mapping[str, Any]:
        together.wait(10)
        return answering()(event)

    assert warmed(function, environments=3) == WarmUp(answered=3)


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (answering(2.0, 0.8), r"golden example 'one': output 'scores': element \[0, 1\] is .* off by 0.05"),
        (answering(status=503), "golden example 'one': it answered 503: no"),
        (answering(shape=[2, 1]), "output 'scores': shape is"),
        (answering(name="label"), "tensor 'scores': it is not in the answer"),
        (answering(data=["a", "b"]), "tensor 'scores'"),
        (lambda event: {"ok": True}, "an answer has statusCode and body"),
        (lambda event: {"statusCode": 200, "body": "{"}, "golden example 'one'"),
        (lambda event: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda event: None, "no JSON object"),
    ],
)
def test_a_candidate_that_answers_otherwise_or_not_at_all_has_failed(function: Any, why: str) -> None:
    with pytest.raises(CandidateFailed, match=f"function version 7 failed: .*{why}"):
        warmed(function)


def test_a_difference_within_the_tolerance_is_none() -> None:
    loose = replace(EXAMPLES[0], tolerance=0.1)

    assert warmed(answering(2.0, 0.8), a_version(golden_examples=(loose,))) == WarmUp(1)


def test_a_candidate_that_is_not_there_has_failed() -> None:
    with pytest.raises(CandidateFailed, match="Function not found"):
        warm_candidate(VERSION, "8", calls=MemoryCandidateCalls("churn", {}))


@pytest.mark.parametrize("element", [float("nan"), float("inf"), 1e300])
def test_an_example_that_json_cannot_carry_is_left_out(element: float) -> None:
    odd = GoldenExample("odd", {"x": [[element, 1.0, 1.0]]}, {"scores": [[2.0, 0.75]]}, 1e-6)

    assert warmed(answering(), a_version(golden_examples=(odd, EXAMPLES[0]))) == WarmUp(answered=1, left_out=1)
    assert warmed(answering(), a_version(golden_examples=(odd,))) == WarmUp(answered=0, left_out=1)


def test_only_the_outputs_that_an_example_promises_are_compared() -> None:
    promise = replace(EXAMPLES[0], outputs={})

    assert warmed(answering(0.0, 0.0), a_version(golden_examples=(promise,))) == WarmUp(1)


def a_rollout_of(release: Release | None, *versions: ModelVersion) -> tuple[RolloutState, MemoryRegistry]:
    registry = MemoryRegistry()
    registry.save_model(a_model(), an_event())
    for version in versions:
        registry.add_version(version, an_event())
    if release is not None:
        registry.add_release(release, an_event())
    return replace(a_rollout(), model="churn", candidate_release=1, candidate_version="7"), registry


def test_a_rollouts_candidate_answers_for_every_version_that_its_release_preloads() -> None:
    approved = [a_version(it, ApprovalState.APPROVED, golden_examples=EXAMPLES[:it]) for it in (1, 2)]
    state, registry = a_rollout_of(a_release(1, a_content(2, (1, 2), preload=(2, 1))), *approved)
    asked = []

    def function(event: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(event["pathParameters"]["model_version"])
        return answering()(event)

    calls = MemoryCandidateCalls("churn", {"7": function})

    assert warm_rollout(state, registry=registry, calls=calls) == WarmUp(answered=3)
    assert sorted(asked) == ["1", "2", "2"]


def test_a_rollout_of_a_release_that_is_not_there_cannot_be_warmed() -> None:
    state, registry = a_rollout_of(None)

    with pytest.raises(UnknownRelease):
        warm_rollout(state, registry=registry, calls=MemoryCandidateCalls("churn", {}))
