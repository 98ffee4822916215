"""The OpenAPI document, and what a fuzzer that reads it finds."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from onnx import TensorProto
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from functions.inference.gateway_calls import hot_route_keys
from functions.inference.prediction_routes import INVOCATIONS, V1_PREDICT, other_call
from sluice.catalog.signature import Signature, TensorSpec
from tests.functions.builders import CONTEXT, PublishedRelease, an_event
from tests.functions.inference_function import InferenceFunction, a_function
from tests.onnx_graphs import identity

DOCUMENT_PATH = "/v2/models/risk/openapi.json"
GOLDEN = Path(__file__).parents[1] / "golden" / "openapi_affine.json"
COPY = Signature((TensorSpec("x", "FP32", (-1, 3)),), (TensorSpec("y", "FP32", (-1, 3)),))
OTHERS = [
    ("GET", "/v2/models/risk/invocations"),
    ("POST", "/v2/models/risk/infer"),
    ("POST", "/invocations"),
    ("POST", "/v2/models/risk/invocations/more"),
    ("POST", "/v1/models/risk:explain"),
    ("POST", "/v1/models/risk"),
    ("POST", "/v1/models/:predict"),
    ("POST", "/v1/models/risk:predict\n"),
]
# 501, which a fuzzer takes for a defect.
NOT_OFFERED = ":explain"
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]


def document_of(function: InferenceFunction) -> dict[str, Any]:
    status, document = function.call(an_event("GET", DOCUMENT_PATH))
    assert status == 200
    return dict(document)


def test_the_document_changes_only_on_purpose(tmp_path: Path) -> None:
    """If the change is meant: write the document to the golden file, and read the difference before committing."""
    found = document_of(a_function(tmp_path))
    found["info"].pop("version")

    assert found == orjson.loads(GOLDEN.read_bytes())


def test_every_served_route_but_the_document_itself_is_in_the_document(tmp_path: Path) -> None:
    """What the framework serves, and what the handler answers without it."""
    function = a_function(tmp_path)
    served = {route.path for route in function.app.routes if hasattr(route, "path")}
    served |= {key.partition(" ")[2] for key in hot_route_keys("risk")} | {*INVOCATIONS, *V1_PREDICT}
    named = {path.replace("{model}", "risk").replace("{base}", "risk") for path in served}

    assert named - set(document_of(function)["paths"]) == {DOCUMENT_PATH}


def test_every_prediction_of_the_document_is_answered_without_the_framework(tmp_path: Path) -> None:
    function = a_function(tmp_path)
    paths = document_of(function)["paths"]
    predicting = [path for path in paths if path.endswith(("/infer", "/invocations", ":predict"))]

    for path in predicting:
        event = an_event(path=path.replace("{model_version}", "1"), body={}, route_key=f"POST {path}")
        found = other_call(event, CONTEXT, model="risk")
        assert path in {key.partition(" ")[2] for key in hot_route_keys("risk")} or (found and found.model == "risk")
    assert len(predicting) == 7


def test_nothing_else_is_taken_for_a_prediction() -> None:
    for method, path in OTHERS:
        assert other_call(an_event(method, path, body={}), CONTEXT, model="risk") is None


@pytest.fixture(scope="module")
def api() -> Iterator[Any]:
    """The application over a model that gives back finite numbers for finite numbers."""
    with TemporaryDirectory() as root:
        function = a_function(Path(root), PublishedRelease({2: (identity(TensorProto.FLOAT, ("n", 3)), COPY)}))
        yield schemathesis.openapi.from_asgi(DOCUMENT_PATH, function.app)


# Tracing a fuzzer takes as long as the fuzzer.
@pytest.mark.no_cover
@pytest.mark.parametrize("mode", GenerationMode)
def test_a_fuzzer_finds_no_5xx_and_nothing_that_the_document_does_not_say(api: Any, mode: GenerationMode) -> None:
    operations = [found.ok() for found in api.get_all_operations()]
    # Below a model's own path, the first protocol of KServe is the same function a second and a third time.
    offered = [it for it in operations if not it.path.endswith(NOT_OFFERED) and "risk/v1/" not in it.path]

    for operation in offered:
        _fuzz(operation, mode)

    assert (len(operations), len(offered)) == (30, 24)


def _fuzz(operation: Any, mode: GenerationMode) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        derandomize=True,
        database=None,
        max_examples=40 if operation.body else 15,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def check(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    # Any URL segment is a valid string, so without a body there is nothing to send wrong.
    if mode.is_positive or operation.body:
        check()
