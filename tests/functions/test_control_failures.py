"""The control function at its edges: failures behind it, URLs beside its routes, and the line that it logs."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.catalog.alias import AliasState
from sluice.catalog.approval import ApprovalState
from sluice.catalog.model import Model
from sluice.errors import StoreUnavailable
from tests.functions.builders import CONTEXT, a_body
from tests.functions.builders import an_event as inference_event
from tests.functions.control_function import ControlFunction
from tests.functions.inference_function import a_function
from tests.unit.catalog.builders import a_model, a_release, a_version, an_event


class BuggyRegistry(MemoryRegistry):
    """Raises what no port may raise."""

    def list_models(self) -> Sequence[Model]:
        raise ZeroDivisionError("secret")


class FailingPublisher(MemoryPublisher):
    """A Lambda service that does not answer."""

    def alias(self, model: str) -> AliasState | None:
        raise StoreUnavailable(f"function inference-{model}", "throttled")


@pytest.fixture
def control() -> ControlFunction:
    """A control function of an empty plane."""
    return ControlFunction(MemoryRegistry(), MemoryPublisher())


def test_a_plane_without_models_is_ready(control: ControlFunction) -> None:
    assert control.call("/v2/health/ready")[:2] == (200, {"ready": True})


def test_a_lambda_service_that_fails_makes_it_unready_and_is_worth_a_retry() -> None:
    registry = MemoryRegistry()
    registry.save_model(a_model("churn"), an_event())
    registry.add_version(a_version(1, ApprovalState.APPROVED), an_event())
    registry.add_release(a_release(1), an_event())

    status, body, headers = ControlFunction(registry, FailingPublisher()).call("/v2/health/ready")

    assert (status, headers["retry-after"]) == (503, "1")
    assert body == {"ready": False, "error": "function inference-churn is unavailable: throttled"}


def test_a_bug_is_a_neutral_500_and_the_function_lives_on() -> None:
    control = ControlFunction(BuggyRegistry(), MemoryPublisher())

    status, body, headers = control.call("/v2/health/ready")

    assert (status, body) == (500, {"error": "internal error; the request was not carried out"})
    assert "retry-after" not in headers
    assert control.call("/v2/health/live")[0] == 200


@pytest.mark.parametrize("path", ["/", "/v2/", "/v2/health/live/", "/v2/models", "/v2/models/", "/docs", "/v3"])
def test_a_path_beside_the_routes_is_unknown_and_redirects_nobody(control: ControlFunction, path: str) -> None:
    status, body, headers = control.call(path)

    assert (status, body) == (404, {"error": f"GET {path}: Not Found"})
    assert headers["content-type"] == "application/json"
    assert "location" not in headers


@pytest.mark.parametrize("path", ["/v2/models/risk/", "/v2/models/risk/ready/", "/v2/models/risk/infer/"])
def test_nor_does_an_inference_function_redirect(tmp_path: Path, path: str) -> None:
    method = "POST" if "infer" in path else "GET"
    answer = a_function(tmp_path).handler(inference_event(method, path, a_body()), CONTEXT)

    assert answer["statusCode"] == 404
    assert answer["body"] == f'{{"error":"{method} {path}: Not Found"}}'


@pytest.mark.parametrize("path", ["/v2", "/v2/health/live", "/v2/health/ready"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_method_that_is_not_allowed_names_the_one_that_is(control: ControlFunction, method: str, path: str) -> None:
    status, body, headers = control.call(path, method)

    assert (status, body) == (405, {"error": f"{method} {path}: Method Not Allowed"})
    assert headers["allow"] == "GET"


@pytest.mark.parametrize("name", ["%22%0a", "a%2Fb", "%00", "%F0%9F%98%80", "x" * 2000, "..;"])
def test_a_hostile_model_name_is_only_an_unknown_one(control: ControlFunction, name: str) -> None:
    status, body, _ = control.call(f"/v2/models/{name}/infer", "POST")

    assert status == 404
    assert list(body) == ["error"]
    assert body["error"].startswith("unknown model ")


def test_each_request_leaves_one_line_with_the_gateways_id_and_the_answers_status(control: ControlFunction) -> None:
    control.call("/v2/health/live")
    control.call("/v2/models/nope/infer", "POST")

    members = ("message", "method", "path", "status", "correlation_id", "function_request_id")
    assert [tuple(line[it] for it in members) for line in control.log] == [
        ("answered", "GET", "/v2/health/live", 200, "gateway-request", "lambda-request"),
        ("answered", "POST", "/v2/models/nope/infer", 404, "gateway-request", "lambda-request"),
    ]
