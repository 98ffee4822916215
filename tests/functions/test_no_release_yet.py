"""A function as its stack created it: deployed, and nothing released to it."""

from pathlib import Path

import pytest

from functions.inference.settings import InferenceSettings
from sluice.adapters.memory_content_store import MemoryContentStore
from tests.functions.builders import a_body, an_event
from tests.functions.inference_function import InferenceFunction

SAYS = "model 'risk' has no release yet; publish one with `sluice release publish risk`"


@pytest.fixture
def function(tmp_path: Path) -> InferenceFunction:
    return InferenceFunction(InferenceSettings("risk", "artefacts", "records"), MemoryContentStore(), tmp_path)


def test_a_prediction_is_answered_503_and_says_what_to_do(function: InferenceFunction) -> None:
    assert function.call(an_event(body=a_body())) == (503, {"error": SAYS})


@pytest.mark.parametrize("path", ["", "/ready", "/versions/1", "/versions/1/ready"])
def test_so_is_everything_else_about_the_model(function: InferenceFunction, path: str) -> None:
    status, body = function.call(an_event("GET", f"/v2/models/risk{path}"))

    assert (status, body["error"]) == (503, SAYS)


def test_the_request_is_recorded(function: InferenceFunction) -> None:
    function.call(an_event(body=a_body()))

    assert [(record["status"], record["error"]["message"]) for record in function.records] == [(503, SAYS)]
