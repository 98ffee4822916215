"""The plane is ready when the registry answers and whatever was released gets traffic."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.catalog.alias import AliasState
from sluice.catalog.approval import ApprovalState
from sluice.catalog.model import Model
from sluice.catalog.release import ReleaseBinding
from sluice.errors import NotAvailable, StoreUnavailable
from sluice.usecases.check_readiness import check_readiness
from tests.unit.catalog.builders import NOON, a_content, a_model, a_release, a_version, an_event


class FailingPublisher(MemoryPublisher):
    """A Lambda service that does not answer."""

    def alias(self, model: str) -> AliasState | None:
        raise StoreUnavailable(f"function inference-{model}", "throttled")


class FailingRegistry(MemoryRegistry):
    """A table that does not answer."""

    def list_models(self) -> Sequence[Model]:
        raise StoreUnavailable("the registry", "throttled")


def released(*models: str) -> MemoryRegistry:
    """A registry in which each of the models has two releases, the second on function version 1."""
    registry = MemoryRegistry()
    for name in models:
        registry.save_model(a_model(name), an_event(name))
        registry.add_version(a_version(1, ApprovalState.APPROVED, model=name), an_event(name))
        for number in (1, 2):
            content = replace(a_content(), model=a_model(name))
            registry.add_release(a_release(number, content), an_event(name))
        registry.bind_function_version(ReleaseBinding(name, "1", 2, NOON))
    return registry


def with_traffic(*models: str, deployed: Sequence[str] = ()) -> MemoryPublisher:
    """Functions of the models, each with its `live` alias; those of `deployed` without."""
    publisher = MemoryPublisher(*models, *deployed)
    for name in models:
        publisher.create_alias(name, publisher.publish(name, a_release()))
    return publisher


def test_an_empty_plane_is_ready() -> None:
    check_readiness(registry=MemoryRegistry(), publisher=MemoryPublisher())


def test_a_model_without_a_release_is_waited_for_by_nobody() -> None:
    registry = released("churn")
    registry.save_model(a_model("fraud"), an_event("fraud"))

    check_readiness(registry=registry, publisher=with_traffic("churn", deployed=["fraud"]))


def test_every_released_model_without_traffic_is_named_and_no_other() -> None:
    registry = released("churn", "digits", "fraud")

    with pytest.raises(NotAvailable) as caught:
        check_readiness(registry=registry, publisher=with_traffic("digits", deployed=["fraud"]))

    assert str(caught.value) == "released, but without traffic yet: churn, fraud"


def test_an_alias_that_still_stands_where_its_stack_began_is_waited_for() -> None:
    publisher = MemoryPublisher("churn")
    publisher.publish("churn", a_release())
    publisher.bootstrap("churn")

    with pytest.raises(NotAvailable, match="released, but without traffic yet: churn"):
        check_readiness(registry=released("churn"), publisher=publisher)


def test_traffic_on_every_released_model_is_ready() -> None:
    check_readiness(registry=released("churn", "fraud"), publisher=with_traffic("churn", "fraud"))


def test_a_registry_that_fails_comes_through() -> None:
    with pytest.raises(StoreUnavailable, match="the registry is unavailable: throttled"):
        check_readiness(registry=FailingRegistry(), publisher=MemoryPublisher())


def test_a_lambda_service_that_fails_is_not_taken_for_a_missing_alias() -> None:
    with pytest.raises(StoreUnavailable, match="function inference-churn is unavailable: throttled"):
        check_readiness(registry=released("churn"), publisher=FailingPublisher("churn"))
