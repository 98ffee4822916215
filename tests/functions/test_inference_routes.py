"""Every route beside infer, through the handler."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from sluice import __version__
from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.inference.extensions import EXTENSIONS
from tests.functions.builders import AFFINE, CONTEXT, PublishedRelease, a_body, an_event, settings_with_digest
from tests.functions.inference_function import InferenceFunction, a_function
from tests.onnx_graphs import affine

X = {"name": "x", "datatype": "FP32", "shape": [-1, 3]}
SCORES = {"name": "scores", "datatype": "FP32", "shape": [-1, 2]}
METADATA = {"name": "risk", "platform": "onnx_onnxv1", "inputs": [X], "outputs": [SCORES]}


@pytest.fixture
def function(tmp_path: Path) -> InferenceFunction:
    return a_function(tmp_path)


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/v2", {"name": "sluice/risk", "version": __version__, "extensions": list(EXTENSIONS)}),
        ("/v2/health/live", {"live": True}),
        ("/v2/health/ready", {"ready": True}),
        ("/v2/models/risk", METADATA | {"versions": ["1", "2"]}),
        ("/v2/models/risk/versions/1", METADATA | {"versions": ["1"]}),
        ("/v2/models/risk/ready", {"name": "risk", "ready": True}),
        ("/v2/models/risk/versions/2/ready", {"name": "risk", "ready": True}),
    ],
)
def test_health_and_metadata_are_the_protocols_and_leave_no_record(
    function: InferenceFunction, path: str, document: dict[str, Any]
) -> None:
    assert function.call(an_event("GET", path)) == (200, document)
    assert function.lines == []


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        ("GET", "/v2/models/other", 404, "unknown model 'other'"),
        ("GET", "/v2/models/other/ready", 404, "unknown model 'other'"),
        ("GET", "/v2/models/other/openapi.json", 404, "unknown model 'other'"),
        ("GET", "/v2/models/risk/versions/9", 404, "model 'risk' has no version '9' here; versions here: 1, 2"),
        ("GET", "/v2/models/risk/versions/9/ready", 404, "model 'risk' has no version '9' here; versions here: 1, 2"),
        ("GET", "/v2/model/risk", 404, "GET /v2/model/risk: Not Found"),
        ("GET", "/docs", 404, "GET /docs: Not Found"),
        ("GET", "/v2/models/risk/infer", 405, "GET /v2/models/risk/infer: Method Not Allowed"),
        ("POST", "/v2", 405, "POST /v2: Method Not Allowed"),
    ],
)
def test_what_is_not_there_is_answered_in_the_protocols_shape(
    function: InferenceFunction, method: str, path: str, status: int, error: str
) -> None:
    assert function.call(an_event(method, path)) == (status, {"error": error})


@pytest.mark.parametrize("accept", ["text/html", "application/octet-stream", "*/*"])
def test_what_a_client_accepts_decides_nothing_at_infer(function: InferenceFunction, accept: str) -> None:
    """As with Triton and KServe: the request says itself which outputs are to be binary."""
    assert function.call(an_event(body=a_body(), headers={"accept": accept}))[0] == 200


def test_a_method_that_is_not_allowed_names_those_that_are(function: InferenceFunction) -> None:
    answer = function.handler(an_event("GET", "/v2/models/risk/infer", route_key="$default"), CONTEXT)

    assert answer["headers"]["allow"] == "POST"


def test_a_release_that_cannot_be_had_makes_the_function_unready_until_it_can(tmp_path: Path) -> None:
    published = PublishedRelease()
    settings = published.publish()
    empty = MemoryContentStore()
    function = InferenceFunction(settings, empty, tmp_path)

    for path in ("/v2/health/ready", "/v2/models/risk/ready"):
        status, document = function.call(an_event("GET", path))
        assert (status, document["ready"]) == (503, False)
        assert "there is no such content" in document["error"]
    assert function.call(an_event("GET", "/v2/health/live")) == (200, {"live": True})
    assert function.call(an_event("GET", "/v2/models/risk"))[0] == 503
    assert function.call(an_event(body=a_body()))[0] == 503

    empty.put("releases", published.store.get("releases", settings.release_digest or ""))
    assert function.call(an_event("GET", "/v2/models/risk"))[0] == 200
    assert function.call(an_event(body=a_body()))[0] == 503
    empty.put("artefacts", affine())
    assert function.call(an_event("GET", "/v2/health/ready")) == (200, {"ready": True})
    assert function.call(an_event(body=a_body()))[0] == 200


@pytest.mark.parametrize("document", [b"not JSON", b"{}", b"[]", b'{"model": 5}'])
def test_a_document_that_is_no_release_is_answered_503_with_the_reason(tmp_path: Path, document: bytes) -> None:
    store = MemoryContentStore()
    function = InferenceFunction(settings_with_digest(store.put("releases", document)), store, tmp_path)

    status, answer = function.call(an_event("GET", "/v2/health/ready"))

    assert status == 503
    assert "release 3 is unavailable: its document is not one of a release" in answer["error"]


def test_a_release_of_another_model_is_not_served(tmp_path: Path) -> None:
    published = PublishedRelease()
    digest = published.publish().release_digest or ""
    settings = settings_with_digest(digest, model="fraud")
    function = InferenceFunction(settings, published.store, tmp_path)

    _, answer = function.call(an_event("GET", "/v2/health/ready"))

    assert answer["error"] == "release 3 is unavailable: it is of model 'risk', this function serves 'fraud'"


def test_readiness_needs_every_preloaded_version_and_no_other(tmp_path: Path) -> None:
    graphs = {1: (b"broken", AFFINE), 2: (affine(), AFFINE)}

    needs_both = a_function(tmp_path, PublishedRelease(graphs, preload=[1]))
    needs_one = a_function(tmp_path, PublishedRelease(graphs))

    assert needs_both.call(an_event("GET", "/v2/health/ready"))[0] == 503
    assert needs_one.call(an_event("GET", "/v2/health/ready"))[0] == 200
    assert needs_one.call(an_event("GET", "/v2/models/risk/versions/1/ready"))[0] == 503


def test_a_bug_in_a_route_is_a_neutral_500(function: InferenceFunction) -> None:
    @function.app.get("/v2/bug")
    async def bug() -> None:
        raise ZeroDivisionError("secret detail")

    answer = function.framework(an_event("GET", "/v2/bug"), CONTEXT)

    assert answer["statusCode"] == 500
    assert orjson.loads(answer["body"]) == {"error": "internal error; the request was not carried out"}
