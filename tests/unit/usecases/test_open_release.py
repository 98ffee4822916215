"""From a release's digest to a release that is open for serving."""

from typing import Any

import pytest

from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.adapters.memory_models import MemoryModelLoader
from sluice.catalog.release import ReleaseSettings
from sluice.errors import ModelNotReady, StoreUnavailable, UnknownModelVersion
from sluice.inference.opened_release import OpenedRelease
from sluice.usecases.describe_model import describe_model
from sluice.usecases.open_release import open_release
from tests.functions.builders import AFFINE, PublishedRelease

GRAPHS = {1: (b"one", AFFINE), 2: (b"two", AFFINE), 3: (b"three", AFFINE)}


def nothing(inputs: Any) -> Any:
    return {}


def open_it(published: PublishedRelease, loader: MemoryModelLoader, model: str = "risk") -> OpenedRelease:
    digest = published.publish().release_digest or ""
    return open_release(
        model, 3, digest, content=published.store, loader_for=lambda settings: loader, timer_ns=lambda: 0
    )


def loader_of(published: PublishedRelease) -> MemoryModelLoader:
    versions = published.content().versions.values()
    return MemoryModelLoader({it.artefact.digest: nothing for it in versions})


def test_an_open_release_is_the_one_that_was_published_and_has_loaded_nothing_yet() -> None:
    published = PublishedRelease(GRAPHS)
    loader = loader_of(published)

    opened = open_it(published, loader)

    assert opened.release.content == published.content()
    assert opened.release.number == 3
    assert opened.release.digest == published.publish().release_digest
    assert loader.loads == []


def test_the_models_run_with_the_releases_own_settings() -> None:
    settings = ReleaseSettings(intra_op_threads=2, session_memory_budget_bytes=4)
    published = PublishedRelease(GRAPHS, settings=settings)
    given: list[ReleaseSettings] = []

    def loader_for(found: ReleaseSettings) -> MemoryModelLoader:
        given.append(found)
        return loader_of(published)

    digest = published.publish().release_digest or ""
    opened = open_release("risk", 3, digest, content=published.store, loader_for=loader_for, timer_ns=lambda: 0)

    assert given == [settings]
    with pytest.raises(ModelNotReady, match="the session memory budget is 4"):
        opened.require_version_ready("risk", "3")


def test_ready_means_the_default_and_what_is_preloaded_each_once() -> None:
    published = PublishedRelease(GRAPHS, default_version=2, preload=[2, 1])
    loader = loader_of(published)
    opened = open_it(published, loader)

    opened.require_ready()
    opened.require_ready()

    versions = published.content().versions
    assert loader.loads == [versions[2].artefact.digest, versions[1].artefact.digest]


def test_a_version_that_is_not_served_cannot_be_ready() -> None:
    published = PublishedRelease(GRAPHS)

    with pytest.raises(UnknownModelVersion):
        open_it(published, loader_of(published)).require_version_ready("risk", "9")


@pytest.mark.parametrize("document", [b"", b"{", b"null", b"5", b'"x"', b"{}", b'{"model": {}}'])
def test_bytes_that_are_no_release_are_a_store_that_failed(document: bytes) -> None:
    store = MemoryContentStore()
    digest = store.put("releases", document)

    with pytest.raises(StoreUnavailable, match="release 3 is unavailable: its document is not one of a release"):
        open_release(
            "risk", 3, digest, content=store, loader_for=lambda settings: MemoryModelLoader({}), timer_ns=lambda: 0
        )


def test_a_release_of_another_model_is_refused() -> None:
    published = PublishedRelease(GRAPHS)

    with pytest.raises(StoreUnavailable, match="it is of model 'risk', this function serves 'fraud'"):
        open_it(published, loader_of(published), model="fraud")


def test_metadata_lists_what_is_served_in_numeric_order() -> None:
    published = PublishedRelease({number: (b"%d" % number, AFFINE) for number in (10, 9, 2)}, default_version=9)
    release = open_it(published, loader_of(published)).release

    assert describe_model(release, "risk", None)["versions"] == ["2", "9", "10"]
    assert describe_model(release, "risk", "10")["versions"] == ["10"]
    assert describe_model(release, "risk", None)["inputs"] == [{"name": "x", "datatype": "FP32", "shape": [-1, 3]}]
