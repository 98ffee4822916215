"""The control function through its Lambda handler: the server endpoints of the protocol, and what exists nowhere."""

from typing import Any

import pytest

from sluice import __version__
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.catalog.approval import ApprovalState
from sluice.catalog.model import Model
from sluice.catalog.release import ReleaseBinding
from sluice.errors import StoreUnavailable
from sluice.inference.extensions import EXTENSIONS
from tests.functions.control_function import ControlFunction
from tests.unit.catalog.builders import NOON, a_model, a_release, a_version, an_event


class UnavailableRegistry(MemoryRegistry):
    """A registry whose table does not answer."""

    def list_models(self) -> list[Model]:
        raise StoreUnavailable("the registry", "throttled")


@pytest.fixture
def registry() -> MemoryRegistry:
    """Model "churn" with a version and a release of it; "fraud" with neither."""
    registry = MemoryRegistry()
    registry.save_model(a_model("churn"), an_event())
    registry.save_model(a_model("fraud"), an_event("fraud"))
    registry.add_version(a_version(1, ApprovalState.APPROVED), an_event())
    registry.add_release(a_release(1), an_event())
    registry.bind_function_version(ReleaseBinding("churn", "1", 1, NOON))
    return registry


@pytest.fixture
def publisher() -> MemoryPublisher:
    publisher = MemoryPublisher("churn")
    publisher.publish("churn", a_release(1))
    return publisher


def call(
    registry: MemoryRegistry, publisher: MemoryPublisher, path: str, method: str = "GET"
) -> tuple[int, Any, dict[str, str]]:
    return ControlFunction(registry, publisher).call(path, method)


def test_the_server_says_what_it_is_and_which_extensions_its_models_offer(
    registry: MemoryRegistry, publisher: MemoryPublisher
) -> None:
    status, body, _ = call(registry, publisher, "/v2")

    assert (status, body) == (200, {"name": "sluice", "version": __version__, "extensions": list(EXTENSIONS)})


def test_it_is_live_even_when_the_registry_is_not(publisher: MemoryPublisher) -> None:
    assert call(UnavailableRegistry(), publisher, "/v2/health/live")[:2] == (200, {"live": True})


def test_it_is_ready_once_every_released_model_gets_traffic(
    registry: MemoryRegistry, publisher: MemoryPublisher
) -> None:
    publisher.create_alias("churn", "1")

    assert call(registry, publisher, "/v2/health/ready")[:2] == (200, {"ready": True})


def test_a_release_without_an_alias_makes_it_unready_and_is_named(
    registry: MemoryRegistry, publisher: MemoryPublisher
) -> None:
    status, body, headers = call(registry, publisher, "/v2/health/ready")

    assert status == 503
    assert body["ready"] is False
    assert "churn" in body["error"]
    assert "fraud" not in body["error"]
    assert int(headers["retry-after"]) >= 1


def test_a_release_whose_function_is_not_deployed_makes_it_unready(registry: MemoryRegistry) -> None:
    status, body, _ = call(registry, MemoryPublisher(), "/v2/health/ready")

    assert (status, body["ready"]) == (503, False)


def test_a_registry_that_fails_makes_it_unready(publisher: MemoryPublisher) -> None:
    status, body, headers = call(UnavailableRegistry(), publisher, "/v2/health/ready")

    assert status == 503
    assert "throttled" in body["error"]
    assert "retry-after" in headers


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("rest", ["", "/infer", "/versions/1/infer", "/ready"])
def test_a_model_that_nobody_deployed_is_unknown(
    registry: MemoryRegistry, publisher: MemoryPublisher, method: str, rest: str
) -> None:
    status, body, _ = call(registry, publisher, f"/v2/models/nope{rest}", method)

    assert (status, body) == (404, {"error": "unknown model 'nope'"})


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v2/nothing", 404), ("POST", "/v2/health/live", 405)])
def test_other_paths_and_methods_are_refused_in_the_protocols_shape(
    registry: MemoryRegistry, publisher: MemoryPublisher, method: str, path: str, status: int
) -> None:
    found, body, _ = call(registry, publisher, path, method)

    assert found == status
    assert list(body) == ["error"]


@pytest.mark.parametrize(
    ("method", "path", "status", "document"),
    [
        ("GET", "/v1/models", 200, {"models": ["churn"]}),
        ("GET", "/v1/models/churn", 503, {"error": "model 'churn' serves no release yet"}),
        ("GET", "/v1/models/nothing", 404, {"error": "unknown model 'nothing'"}),
        ("POST", "/v1/models/nothing:predict", 404, {"error": "unknown model 'nothing'"}),
        (
            "POST",
            "/v1/models/churn:explain",
            501,
            {"error": "model 'churn' explains nothing; predictions are offered"},
        ),
    ],
)
def test_kserves_first_protocol_lists_what_is_released_and_refuses_in_its_own_shape(
    registry: MemoryRegistry, publisher: MemoryPublisher, method: str, path: str, status: int, document: Any
) -> None:
    assert call(registry, publisher, path, method)[:2] == (status, document)


def test_a_model_of_kserves_first_protocol_is_ready_when_its_release_has_traffic(
    registry: MemoryRegistry, publisher: MemoryPublisher
) -> None:
    publisher.create_alias("churn", "1")

    assert call(registry, publisher, "/v1/models/churn")[:2] == (200, {"name": "churn", "ready": True})
