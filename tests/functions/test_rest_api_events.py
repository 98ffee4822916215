"""A REST API in front of the functions instead of an HTTP API: other events, the same answers."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from tests.functions.builders import CONTEXT, a_body, an_event
from tests.functions.control_function import CONTEXT as CONTROL_CONTEXT
from tests.functions.control_function import ControlFunction
from tests.functions.inference_function import InferenceFunction, a_function
from tests.functions.rest_events import as_rest_event

TAKEN_BY_A_REST_API = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
BINARY = {"inference-header-content-length": "2"}

REQUESTS: dict[str, tuple[dict[str, Any], int]] = {
    "a prediction": (an_event(body=a_body()), 200),
    "a prediction in base64": (an_event(body=a_body(), encoded=True), 200),
    "a version in the URL": (an_event(path="/v2/models/risk/versions/1/infer", body=a_body()), 200),
    "a resource with a variable": (an_event(body=a_body(), route_key="POST /v2/models/{model}/infer"), 200),
    "no body": (an_event(), 400),
    "not JSON": (an_event(body=b"{"), 400),
    "bytes that are no text": (an_event(body=b"\xff\xfe", encoded=True), 400),
    "an unknown version": (an_event(path="/v2/models/risk/versions/9/infer", body=a_body()), 404),
    "binary data": (an_event(body=b"{}\0", headers=BINARY, encoded=True), 400),
    "metadata": (an_event("GET", "/v2/models/risk"), 200),
    "metadata of a version": (an_event("GET", "/v2/models/risk/versions/2"), 200),
    "readiness": (an_event("GET", "/v2/models/risk/ready"), 200),
    "another model's metadata": (an_event("GET", "/v2/models/other"), 404),
    "the OpenAPI document": (an_event("GET", "/v2/models/risk/openapi.json"), 200),
    "no such path": (an_event("GET", "/v2/models/risk/nothing"), 404),
    "no such method": (an_event("GET", "/v2/models/risk/infer"), 405),
}


@pytest.fixture
def function(tmp_path: Path) -> InferenceFunction:
    return a_function(tmp_path)


@pytest.mark.parametrize(("event", "status"), REQUESTS.values(), ids=REQUESTS)
def test_the_same_request_gets_the_same_answer_and_leaves_the_same_record(
    function: InferenceFunction, event: dict[str, Any], status: int
) -> None:
    over_http_api = function.handler(event, CONTEXT)
    over_rest_api = function.handler(as_rest_event(event), CONTEXT)

    assert over_rest_api["statusCode"] == over_http_api["statusCode"] == status
    assert over_rest_api["body"] == over_http_api["body"]
    assert over_rest_api["headers"] == over_http_api["headers"]
    assert function.lines[: len(function.lines) // 2] == function.lines[len(function.lines) // 2 :]


@pytest.mark.parametrize(("event", "status"), REQUESTS.values(), ids=REQUESTS)
def test_a_rest_api_can_use_every_answer(function: InferenceFunction, event: dict[str, Any], status: int) -> None:
    """One member too many, or a value of the wrong type, and the client would see 502 instead."""
    answer = function.handler(as_rest_event(event), CONTEXT)

    assert set(answer) <= TAKEN_BY_A_REST_API
    assert type(answer["statusCode"]) is int
    assert type(answer["body"]) is str
    assert answer["isBase64Encoded"] is False
    assert all(type(value) is str for value in answer["headers"].values())
    orjson.loads(orjson.dumps(answer))


def test_the_hot_route_is_taken_for_every_way_a_rest_api_can_write_it(function: InferenceFunction) -> None:
    """The framework would take the path's word, so an event whose path is nonsense tells which entrance was used."""
    for resource, variables in (
        ("/v2/models/risk/infer", None),
        ("/v2/models/{model}/infer", {"model": "risk"}),
        ("/v2/models/risk/versions/{model_version}/infer", {"model_version": "2"}),
    ):
        event = as_rest_event(an_event(body=a_body())) | {"path": "/nonsense", "resource": resource}

        assert function.call(event | {"pathParameters": variables})[1]["model_version"] == "2"


def test_only_a_post_takes_the_hot_route(function: InferenceFunction) -> None:
    event = as_rest_event(an_event("GET", "/v2/models/risk/infer"))

    assert function.call(event)[0] == 405
    assert function.lines == []


def test_a_repeated_header_counts_whole_as_an_http_api_joins_it(function: InferenceFunction) -> None:
    once = as_rest_event(an_event(body=b"{}\0", encoded=True))
    once["multiValueHeaders"]["Inference-Header-Content-Length"] = ["2", "3"]
    once["headers"]["Inference-Header-Content-Length"] = "3"
    joined = an_event(body=b"{}\0", headers={"inference-header-content-length": "2,3"}, encoded=True)

    assert function.handler(once, CONTEXT) == function.handler(joined, CONTEXT)
    assert function.records[0]["json_bytes"] == "2,3"
    assert function.lines[0] == function.lines[1]


def test_a_request_without_headers_is_still_a_prediction(function: InferenceFunction) -> None:
    event = as_rest_event(an_event(body=a_body())) | {"headers": None, "multiValueHeaders": None}

    assert function.call(event)[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v2/health/live", 200), ("GET", "/v2", 200), ("POST", "/v2/models/nope/infer", 404)],
)
def test_control_answers_and_logs_the_same(method: str, path: str, status: int) -> None:
    control = ControlFunction(MemoryRegistry(), MemoryPublisher())
    event = an_event(method, path, route_key="ANY /v2/{proxy+}")

    over_http_api = control.handler(event, CONTROL_CONTEXT)
    over_rest_api = control.handler(as_rest_event(event), CONTROL_CONTEXT)

    assert over_rest_api["statusCode"] == over_http_api["statusCode"] == status
    assert over_rest_api["body"] == over_http_api["body"]
    first, second = control.log
    told = ("method", "path", "status", "correlation_id")
    assert [first[name] for name in told] == [second[name] for name in told]
    assert (second["method"], second["path"]) == (method, path)
