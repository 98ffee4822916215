"""The result cache in the function: what a hit answers and records, and what must never be one."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from sluice.catalog.release import ReleaseSettings
from sluice.inference.own_call import OwnCall, Purpose, infer_event
from tests.functions.builders import CONTEXT, PublishedRelease, a_body, an_event
from tests.functions.inference_function import InferenceFunction, a_function

CACHED = ReleaseSettings(result_cache_seconds=60)


@pytest.fixture
def function(tmp_path: Path) -> InferenceFunction:
    return a_function(tmp_path, PublishedRelease(settings=CACHED))


def ask(function: InferenceFunction, body: Any = None, **event: Any) -> dict[str, Any]:
    status, answer = function.call(an_event(body=body or a_body(), **event))
    assert status == 200, answer
    document: dict[str, Any] = answer
    return document


def told(answer: dict[str, Any]) -> Any:
    return answer["parameters"].get("result_cache")


def test_equal_inputs_are_computed_once_and_both_are_told(function: InferenceFunction) -> None:
    first, second = ask(function), ask(function)

    assert (told(first), told(second)) == ("MISS", "HIT")
    assert first["outputs"] == second["outputs"]
    assert ["PredictMs" in record for record in function.records] == [True, False]
    assert [record["result_cache"] for record in function.records] == [
        {"status": "MISS", "age_seconds": 0.0},
        {"status": "HIT", "age_seconds": 0.0},
    ]
    assert [record["ResultCacheHits"] for record in function.records] == [0, 1]
    assert function.records[0]["outputs"] == function.records[1]["outputs"]


def test_identical_inputs_with_new_ids_hit_and_keep_their_ids(function: InferenceFunction) -> None:
    """MLServer has the request's id in its key, so they never would (`cache/local/local.py`)."""
    answers = [ask(function, a_body() | {"id": name}) for name in ("one", "two")]

    assert [told(answer) for answer in answers] == ["MISS", "HIT"]
    assert [answer["id"] for answer in answers] == ["one", "two"]


def test_another_spelling_of_the_same_tensor_hits(function: InferenceFunction) -> None:
    ask(function, a_body(data=[1.0, 2.0, 3.0]))

    assert told(ask(function, a_body(data=[[1, 2e0, 3.00]]))) == "HIT"


def test_no_version_is_answered_by_anothers_results(function: InferenceFunction) -> None:
    """MLServer's key has neither the model's name nor its version; both of these have the very same artefact."""
    ask(function, path="/v2/models/risk/versions/1/infer")

    assert told(ask(function, path="/v2/models/risk/versions/2/infer")) == "MISS"
    assert told(ask(function)) == "HIT"


@pytest.mark.parametrize(
    ("cache_control", "statuses"),
    [
        ("no-store", ["BYPASS", "MISS"]),
        ("no-cache", ["BYPASS", "HIT"]),
        ("max-age=0", ["MISS", "HIT"]),
        ("only-if-cached", ["MISS", "HIT"]),
    ],
)
def test_cache_control_is_honoured(function: InferenceFunction, cache_control: str, statuses: list[str]) -> None:
    wishful = ask(function, headers={"cache-control": cache_control})

    assert [told(wishful), told(ask(function))] == statuses


def test_what_failed_is_asked_again(function: InferenceFunction) -> None:
    bad = a_body(shape=[1, 2], data=[1.0, 2.0])

    assert [function.call(an_event(body=bad))[0] for _ in range(2)] == [400, 400]
    assert not any("result_cache" in record for record in function.records)


def test_our_own_calls_are_always_computed(function: InferenceFunction) -> None:
    ask(function)
    function.handler(infer_event("risk", orjson.dumps(a_body()), OwnCall(Purpose.SHADOW, "p")), CONTEXT)

    assert "PredictMs" in function.records[-1]
    assert "result_cache" not in function.records[-1]


def test_a_release_without_the_setting_keeps_nothing(tmp_path: Path) -> None:
    function = a_function(tmp_path)

    assert [told(ask(function)), told(ask(function))] == [None, None]
    assert "ResultCacheHits" not in function.records[-1]
