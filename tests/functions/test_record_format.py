"""What a function writes for CloudWatch: every line is embedded metric format, whatever was asked and answered."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from functions.inference.composition import build_handler
from functions.inference.settings import InferenceSettings
from sluice.adapters.memory_content_store import MemoryContentStore
from tests.embedded_metrics import assert_is_embedded_metric_format
from tests.functions.builders import AFFINE, CONTEXT, PublishedRelease, a_body, an_event, settings_with_digest
from tests.functions.inference_function import InferenceFunction, a_function
from tests.onnx_graphs import affine

VERSIONS = "/v2/models/risk/versions"
BOTH_SETS = [["model", "function_version", "model_version"], ["model", "function_version"]]

ASKED: dict[str, tuple[dict[str, Any], int]] = {
    "a prediction": (an_event(body=a_body()), 200),
    "a prediction of a version": (an_event(path=f"{VERSIONS}/1/infer", body=a_body()), 200),
    "a wrong tensor": (an_event(body=a_body(shape=[3])), 400),
    "line ends": (an_event(body=b'{\n"inputs"\r\n: \xe2\x80\xa8'), 400),
    "no text": (an_event(body=b"\xff\n\r\n", encoded=True), 400),
    "a version that would be a bad dimension": (an_event(path=f"{VERSIONS}/%0A%00/infer", body=a_body()), 404),
    "a model that would be a bad dimension": (an_event(path="/v2/models/é\n/infer", body=a_body()), 404),
    "a body over the limit": (an_event(body=b"\n" * (6 * 1024 * 1024 + 1)), 413),
    "an infinite sum": (an_event(body=a_body(data=[3e38, 3e38, 0])), 500),
    "binary data": (an_event(body=b"{}\0", headers={"inference-header-content-length": "2"}, encoded=True), 400),
    "a broken artefact": (an_event(path=f"{VERSIONS}/3/infer", body=a_body()), 503),
}


@pytest.fixture
def function(tmp_path: Path) -> InferenceFunction:
    graphs = {1: (affine(), AFFINE), 2: (affine(), AFFINE), 3: (b"no ONNX", AFFINE)}
    return a_function(tmp_path, PublishedRelease(graphs))


@pytest.mark.parametrize(("event", "status"), ASKED.values(), ids=ASKED)
def test_every_line_is_embedded_metric_format(function: InferenceFunction, event: dict[str, Any], status: int) -> None:
    assert function.handler(event, CONTEXT)["statusCode"] == status

    (line,) = function.lines
    assert not set("\n\r") & set(line)
    record = orjson.loads(line)
    assert_is_embedded_metric_format(record)
    (directive,) = record["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == (BOTH_SETS if "model_version" in record else BOTH_SETS[1:])
    measured = {name for name in record if name.endswith("Ms")} | {"ClientErrors", "ServerErrors", "ColdStarts"}
    measured |= {"NonFiniteOutputs"} & set(record)
    assert {metric["Name"] for metric in directive["Metrics"]} == measured


def test_the_moment_is_the_clocks_in_milliseconds(function: InferenceFunction) -> None:
    function.call(an_event(body=a_body()))

    (record,) = function.records
    assert record["_aws"]["Timestamp"] == 1_795_219_200_000
    assert record["at"] == "2026-11-21T00:00:00+00:00"


@pytest.mark.parametrize("published", [PublishedRelease().publish(), settings_with_digest("0" * 64)])
def test_a_release_that_is_not_there_still_leaves_a_valid_line(published: InferenceSettings) -> None:
    lines: list[str] = []
    handler = build_handler(published, content=MemoryContentStore(), write_line=lines.append)

    assert handler(an_event(body=a_body()), CONTEXT)["statusCode"] == 503

    (record,) = map(orjson.loads, lines)
    assert_is_embedded_metric_format(record)
    assert record["ServerErrors"] == 1
    assert "model_version" not in record
