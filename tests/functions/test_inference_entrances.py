"""Two entrances, one answer: the hot route and the framework, byte for byte, over good and bad requests."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from onnx import TensorProto

from sluice.catalog.signature import Signature, TensorSpec
from tests.functions.builders import AFFINE, CONTEXT, PublishedRelease, a_body, an_event
from tests.functions.inference_function import InferenceFunction, a_function
from tests.onnx_graphs import affine, failing, identity

FAILING = Signature((TensorSpec("x", "FP32", (-1, 2)),), (TensorSpec("y", "FP32", (2,)),))
TEXT = Signature((TensorSpec("x", "BYTES", (-1,)),), (TensorSpec("y", "BYTES", (-1,)),))
V = "/v2/models/risk/versions"
BINARY = {"inference-header-content-length": "2"}
TEXT_BODY = {"inputs": [{"name": "x", "datatype": "BYTES", "shape": [2], "data": ["é\n", "\u2028 \U0001f600"]}]}

CORPUS: dict[str, tuple[dict[str, Any], int]] = {
    "a prediction": (an_event(body=a_body()), 200),
    "with an id": (an_event(body=a_body() | {"id": 'é"'}), 200),
    "in base64": (an_event(body=a_body(), encoded=True), 200),
    "headers in capitals": (an_event(body=a_body(), headers={"Content-Type": "application/json"}), 200),
    "without a content type": (an_event(body=a_body(), headers={"content-type": ""}), 200),
    "a version in the URL": (an_event(path=f"{V}/1/infer", body=a_body()), 200),
    "texts": (an_event(path=f"{V}/4/infer", body=TEXT_BODY), 200),
    "no rows": (an_event(body=a_body(shape=[0, 3], data=[])), 200),
    "a route with a variable": (an_event(body=a_body(), route_key="POST /v2/models/{model}/infer"), 200),
    "an unknown version": (an_event(path=f"{V}/9/infer", body=a_body()), 404),
    "another model": (an_event(path="/v2/models/other/infer", body=a_body()), 404),
    "no body": (an_event(), 400),
    "not JSON": (an_event(body=b"{"), 400),
    "bytes that are no text": (an_event(body=b"\xff\xfe\x00", encoded=True), 400),
    "a wrong name": (an_event(body=a_body(name="y")), 400),
    "a wrong type": (an_event(body=a_body(datatype="FP64")), 400),
    "a wrong shape": (an_event(body=a_body(shape=[3])), 400),
    "a wrong count": (an_event(body=a_body(data=[1.0])), 400),
    "NaN as text": (an_event(body=a_body(data=["NaN", 1, 2])), 400),
    "an infinite sum": (an_event(body=a_body(data=[3e38, 3e38, 0])), 500),
    "a failing model": (an_event(path=f"{V}/3/infer", body=a_body(shape=[1, 2], data=[1, 2])), 500),
    "binary data": (an_event(body=b"{}\0", headers=BINARY, encoded=True), 400),
    "an artefact that is not there": (an_event(path=f"{V}/5/infer", body=a_body()), 503),
}


@pytest.fixture
def function(tmp_path: Path) -> InferenceFunction:
    published = PublishedRelease(
        {
            1: (affine(), AFFINE),
            2: (affine(), AFFINE),
            3: (failing(), FAILING),
            4: (identity(TensorProto.STRING), TEXT),
            5: (b"no ONNX at all", AFFINE),
        }
    )
    return a_function(tmp_path, published)


@pytest.mark.parametrize(("event", "status"), CORPUS.values(), ids=CORPUS)
def test_both_entrances_give_the_same_answer_and_the_same_record(
    function: InferenceFunction, event: dict[str, Any], status: int
) -> None:
    hot = function.handler(event, CONTEXT)
    framework = function.framework(event, CONTEXT)

    assert hot == framework
    assert hot["statusCode"] == status
    assert function.lines[0] == function.lines[1]
    assert len(function.lines) == 2


@pytest.mark.parametrize(("event", "status"), CORPUS.values(), ids=CORPUS)
def test_every_answer_is_the_protocols_and_every_failure_says_why_in_one_sentence(
    function: InferenceFunction, event: dict[str, Any], status: int
) -> None:
    answer = function.handler(event, CONTEXT)
    document = orjson.loads(answer["body"])

    assert answer["headers"]["content-type"] == "application/json"
    if status == 200:
        assert list(document) == ["model_name", "model_version", "id", "parameters", "outputs"]
        assert function.records[0]["outputs"] == document["outputs"]
    else:
        assert list(document) == ["error"]
        assert "Traceback" not in document["error"]
        assert function.records[0]["error"]["message"] == document["error"]
    assert (answer["headers"].get("retry-after") == "1") == (status == 503)


def test_the_hot_route_is_taken_for_every_way_a_gateway_can_write_it(function: InferenceFunction) -> None:
    """The framework would take the URL's word, so an event whose URL is nonsense tells which entrance was used."""
    keys = ["POST /v2/models/risk/infer", "POST /v2/models/{model}/infer"]
    versioned = [key.replace("/infer", "/versions/{model_version}/infer") for key in keys]

    for key in keys:
        event = an_event(path="/nonsense", body=a_body(), route_key=key) | {"pathParameters": {"model": "risk"}}
        assert function.call(event)[1]["model_version"] == "2"
    for key in versioned:
        variables = {"model": "risk", "model_version": "1"}
        event = an_event(path="/nonsense", body=a_body(), route_key=key) | {"pathParameters": variables}
        assert function.call(event)[1]["model_version"] == "1"


def test_a_lone_surrogate_in_the_event_is_a_malformed_body(function: InferenceFunction) -> None:
    event = an_event(body=a_body()) | {"body": '{"inputs": "\ud800"}'}

    status, answer = function.call(event)

    assert status == 400
    assert "not valid JSON" in answer["error"]
    assert "request_body_base64" in function.records[0]
