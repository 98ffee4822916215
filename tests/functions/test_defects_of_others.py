"""What was found in other servers by reading their code does not happen here, whichever protocol is spoken."""

from pathlib import Path
from typing import Any

import pytest

from sluice.catalog.release import ReleaseSettings
from tests.functions.builders import AFFINE, PublishedRelease, a_body, an_event
from tests.functions.inference_function import InferenceFunction, a_function
from tests.onnx_graphs import FLOAT_BIAS, affine

ROWS = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
IN_V2 = a_body(shape=[2, 3], data=[*ROWS[0], *ROWS[1]])
BASE = "/v2/models/risk"
ASKED: dict[str, tuple[str, Any]] = {
    "v2": ("/infer", IN_V2),
    "v1": ("/v1/models/risk:predict", {"instances": ROWS}),
    "invocations": ("/invocations", {"dataframe_split": {"columns": ["a", "b", "c"], "data": ROWS}}),
}


@pytest.fixture
def function(tmp_path: Path) -> InferenceFunction:
    """Versions 1 and 2 differ by 1 in every score; results are kept for a minute."""
    graphs = {1: (affine(bias=FLOAT_BIAS + 1), AFFINE), 2: (affine(), AFFINE)}
    return a_function(tmp_path, PublishedRelease(graphs, settings=ReleaseSettings(result_cache_seconds=60)))


def ask(function: InferenceFunction, protocol: str, version: str = "", **changes: Any) -> dict[str, Any]:
    end, body = ASKED[protocol]
    status, answer = function.call(an_event(path=f"{BASE}{version}{end}", body=body | changes))
    assert status == 200
    return dict(answer)


@pytest.mark.parametrize("protocol", ASKED)
def test_many_rows_in_one_request_are_one_prediction_in_every_protocol(
    function: InferenceFunction, protocol: str
) -> None:
    """KServe's batcher refuses every body without `instances`, and so all of its second protocol."""
    ask(function, protocol)

    assert function.records[0]["outputs"][0]["shape"] == [2, 2]


def test_a_kept_result_is_of_one_version_and_answered_in_the_protocol_that_asks(function: InferenceFunction) -> None:
    """MLServer's cache is keyed by the body alone: neither the model nor its version is in the key."""
    first = {version: ask(function, "v2", version) for version in ("", "/versions/1")}
    rows = {version: ask(function, "v1", version) for version in ("", "/versions/1")}

    assert [record["result_cache"]["status"] for record in function.records] == ["MISS", "MISS", "HIT", "HIT"]
    assert rows[""]["predictions"] == [[2.5, 3.25], [7.0, 7.0]]
    assert rows["/versions/1"]["predictions"] == [[3.5, 4.25], [8.0, 8.0]]
    assert first[""]["outputs"][0]["data"] == [2.5, 3.25, 7.0, 7.0]


def test_another_id_finds_the_kept_result(function: InferenceFunction) -> None:
    """In MLServer's cache the id is in the key, so every request of a client that numbers them misses."""
    ask(function, "v2", id="1")

    answer = ask(function, "v2", id="2")

    assert (answer["id"], answer["parameters"]["result_cache"]) == ("2", "HIT")


@pytest.mark.parametrize("protocol", ASKED)
def test_a_record_has_time_status_and_version_in_every_protocol(function: InferenceFunction, protocol: str) -> None:
    """KServe's columnar log has none of the three."""
    ask(function, protocol)

    record = function.records[0]
    assert (record["at"][:10], record["status"], record["model_version"]) == ("2026-11-21", 200, "2")


@pytest.mark.parametrize("protocol", ASKED)
def test_a_refused_request_is_recorded_in_every_protocol(function: InferenceFunction, protocol: str) -> None:
    """KServe's payload log drops what was not answered by 200."""
    end, _ = ASKED[protocol]
    status, answer = function.call(an_event(path=f"{BASE}{end}", body={"instances": [["text"]]}))

    assert status == 400
    assert function.records[0]["error"]["message"] == answer["error"]
    assert function.records[0]["protocol"] == protocol


@pytest.mark.parametrize("protocol", ASKED)
def test_a_version_in_the_url_is_the_one_that_answers(function: InferenceFunction, protocol: str) -> None:
    """KServe's own servers answer 501 to every URL that names a version."""
    answer = ask(function, protocol, "/versions/1")

    assert (answer["model_version"], answer["parameters"]["reason"]) == ("1", "VERSION_IN_URL")
