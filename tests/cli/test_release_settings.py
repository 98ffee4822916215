"""What a release takes over from the one before, and what the command changes."""

from typing import Any

import pytest

from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.catalog.approval import ApprovalState
from sluice.catalog.release import ReleaseSettings
from sluice.catalog.release_document import content_from_document, content_to_document
from sluice.cli.release_settings import settings_for
from sluice.usecases.compose_release import ReleaseWish
from sluice.usecases.publish_release import publish_release
from tests.unit.catalog.builders import a_model, a_version, an_event
from tests.unit.usecases.alias_world import alias_ports

CACHED = ReleaseSettings(result_cache_seconds=60, result_cache_budget_bytes=2 * 1024 * 1024)


@pytest.fixture
def registry() -> MemoryRegistry:
    registry = MemoryRegistry()
    registry.save_model(a_model(), an_event())
    registry.add_version(a_version(1, ApprovalState.APPROVED), an_event())
    return registry


def publish(registry: MemoryRegistry, settings: ReleaseSettings) -> Any:
    ports = alias_ports(registry, MemoryPublisher("churn"))
    return publish_release(
        "churn", ReleaseWish(1, settings=settings), ports=ports, content=MemoryContentStore(), by="ada"
    )


def settings(registry: MemoryRegistry, seconds: int | None = None, mib: int | None = None) -> ReleaseSettings:
    return settings_for("churn", registry, result_cache_seconds=seconds, result_cache_mib=mib)


def test_before_the_first_release_there_are_the_defaults(registry: MemoryRegistry) -> None:
    assert settings(registry) == ReleaseSettings()
    assert settings(registry, 60, 2) == CACHED


def test_what_the_command_does_not_say_stays(registry: MemoryRegistry) -> None:
    publish(registry, CACHED)

    assert settings(registry) == CACHED
    assert settings(registry, seconds=5).result_cache_budget_bytes == CACHED.result_cache_budget_bytes
    assert settings(registry, seconds=0).result_cache_seconds == 0


@pytest.mark.parametrize("written", [ReleaseSettings(), CACHED])
def test_settings_survive_the_releases_document(registry: MemoryRegistry, written: ReleaseSettings) -> None:
    content = publish(registry, written).release.content

    assert content_from_document(content_to_document(content)) == content


def test_a_release_that_keeps_no_results_has_the_document_that_older_code_reads(registry: MemoryRegistry) -> None:
    document = content_to_document(publish(registry, ReleaseSettings()).release.content)

    assert sorted(document["settings"]) == [
        "intra_op_threads",
        "record_body_limit_bytes",
        "session_memory_budget_bytes",
    ]
