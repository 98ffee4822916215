"""Statistics over HTTP, after real predictions. The rules are serving-anchors' table of Triton's extension."""

from pathlib import Path
from typing import Any

import pytest

from sluice.catalog.release import ReleaseSettings
from sluice.inference.own_call import OwnCall, Purpose, infer_event
from tests.functions.builders import CONTEXT, PublishedRelease, a_body, an_event
from tests.functions.inference_function import InferenceFunction, a_function

STATS = "/v2/models/risk/stats"


@pytest.fixture
def function(tmp_path: Path) -> InferenceFunction:
    return a_function(tmp_path)


def stats(function: InferenceFunction, path: str = STATS) -> Any:
    status, document = function.call(an_event("GET", path))
    assert status == 200
    return document["model_stats"]


def rows(count: int) -> dict[str, Any]:
    return a_body(shape=[count, 3], data=[1.0] * 3 * count)


def test_predictions_are_counted_by_version_and_batch_size(function: InferenceFunction) -> None:
    function.call(an_event(body=rows(5)))
    function.call(an_event(body=rows(1)))
    function.call(an_event(path="/v2/models/risk/versions/1/infer", body=rows(5)))

    first, second = stats(function)

    assert (first["version"], first["inference_count"], first["execution_count"]) == ("1", 5, 1)
    assert (second["version"], second["inference_count"], second["execution_count"]) == ("2", 6, 2)
    assert [each["batch_size"] for each in second["batch_stats"]] == [1, 5]
    assert stats(function, "/v2/models/risk/versions/1/stats") == [first]


def test_the_shape_is_that_of_tritons_extension(function: InferenceFunction) -> None:
    function.call(an_event(body=rows(2)))

    [_, found] = stats(function)

    computed = {"compute_input", "compute_infer", "compute_output"}
    assert set(found) == {
        "name",
        "version",
        "last_inference",
        "inference_count",
        "execution_count",
        "inference_stats",
        "batch_stats",
    }
    assert set(found["inference_stats"]) == computed | {"success", "fail", "queue", "cache_hit"}
    [batch] = found["batch_stats"]
    assert set(batch) == computed | {"batch_size"}
    durations = [*found["inference_stats"].values(), *(batch[name] for name in computed)]
    assert all(set(each) == {"count", "ns"} for each in durations)


def test_what_the_result_cache_answers_is_a_hit_and_no_execution(tmp_path: Path) -> None:
    function = a_function(tmp_path, PublishedRelease(settings=ReleaseSettings(result_cache_seconds=60)))

    for _ in range(3):
        function.call(an_event(body=rows(2)))

    [_, found] = stats(function)
    counts = {name: each["count"] for name, each in found["inference_stats"].items()}
    assert (counts["success"], counts["cache_hit"], counts["compute_infer"]) == (3, 2, 1)
    assert (found["execution_count"], found["inference_count"]) == (1, 2)


def test_a_refused_request_has_failed(function: InferenceFunction) -> None:
    function.call(an_event(body=a_body(datatype="INT8")))

    assert stats(function)[1]["inference_stats"]["fail"]["count"] == 1


def test_what_we_ask_ourselves_is_not_counted(function: InferenceFunction) -> None:
    body = b'{"inputs":[{"name":"x","datatype":"FP32","shape":[1,3],"data":[1,2,3]}]}'

    function.handler(infer_event("risk", body, OwnCall(Purpose.WARM_UP)), CONTEXT)

    assert stats(function)[1]["inference_stats"]["success"]["count"] == 0


def test_asking_for_statistics_is_no_request_for_a_prediction(function: InferenceFunction) -> None:
    stats(function)

    assert function.lines == []


@pytest.mark.parametrize("path", ["/v2/models/other/stats", "/v2/models/risk/versions/9/stats"])
def test_what_is_not_served_has_no_statistics_here(function: InferenceFunction, path: str) -> None:
    assert function.call(an_event("GET", path))[0] == 404
