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

from sluice.catalog.signature import Signature, TensorSpec
from tests.functions.builders import PublishedRelease, an_event
from tests.functions.inference_function import InferenceFunction, a_function
from tests.onnx_graphs import identity

DOCUMENT_PATH = "/v2/models/risk/openapi.json"
GOLDEN = Path(__file__).parents[1] / "golden" / "openapi_affine.json"
COPY = Signature((TensorSpec("x", "FP32", (-1, 3)),), (TensorSpec("y", "FP32", (-1, 3)),))
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


def test_the_documents_own_example_is_a_valid_request(tmp_path: Path) -> None:
    function = a_function(tmp_path)
    (example,) = document_of(function)["components"]["schemas"]["InferRequest"]["examples"]

    assert function.call(an_event(body=example))[0] == 200


def test_every_served_route_but_the_document_itself_is_in_the_document(tmp_path: Path) -> None:
    function = a_function(tmp_path)
    served = {route.path.replace("{model}", "risk") for route in function.app.routes if hasattr(route, "path")}

    assert served - set(document_of(function)["paths"]) == {DOCUMENT_PATH}


@pytest.fixture(scope="module")
def api() -> Iterator[Any]:
    """The application over a model that gives back finite numbers for finite numbers."""
    with TemporaryDirectory() as root:
        function = a_function(Path(root), PublishedRelease({2: (identity(TensorProto.FLOAT, ("n", 3)), COPY)}))
        yield schemathesis.openapi.from_asgi(DOCUMENT_PATH, function.app)


@pytest.mark.parametrize("mode", GenerationMode)
def test_a_fuzzer_finds_no_5xx_and_nothing_that_the_document_does_not_say(api: Any, mode: GenerationMode) -> None:
    operations = [found.ok() for found in api.get_all_operations()]

    for operation in operations:
        _fuzz(operation, mode)

    assert len(operations) == 11


def _fuzz(operation: Any, mode: GenerationMode) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(derandomize=True, database=None, max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def check(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    # Any URL segment is a valid string, so without a body there is nothing to send wrong.
    if mode.is_positive or operation.body:
        check()
