"""One load per artefact, a budget that holds, and nothing dropped from under its user."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

import numpy as np
import pytest

from sluice.adapters.memory_models import MemoryModel, MemoryModelLoader
from sluice.catalog.artefact import Artefact, ArtefactFile
from sluice.catalog.release import ReleasedVersion
from sluice.catalog.signature import Signature
from sluice.errors import ModelNotReady
from sluice.inference.model_cache import ModelCache

DEADLINE_SECONDS = 10


def a_version(number: int, *, digest: str | None = None, size_bytes: int = 10) -> ReleasedVersion:
    artefact = Artefact((ArtefactFile("model.onnx", digest or f"digest-{number}", size_bytes),))
    return ReleasedVersion(number, artefact, Signature((), ()))


def a_loader(*digests: str) -> MemoryModelLoader:
    def answer(digest: str) -> Callable[[Any], Any]:
        return lambda inputs: {"y": np.array([digest], object)}

    return MemoryModelLoader({digest: answer(digest) for digest in digests})


def ask(cache: ModelCache, version: ReleasedVersion) -> str:
    with cache.lease("m", version) as model:
        return str(model.predict({}, ["y"])[0][0])


def test_a_model_is_loaded_once_and_kept() -> None:
    loader = a_loader("digest-1")
    cache = ModelCache(loader, budget_bytes=10)

    assert [ask(cache, a_version(1)) for _ in range(3)] == ["digest-1"] * 3
    assert loader.loads == ["digest-1"]


def test_two_versions_of_one_artefact_share_one_model() -> None:
    loader = a_loader("same")
    cache = ModelCache(loader, budget_bytes=10)

    ask(cache, a_version(1, digest="same"))
    ask(cache, a_version(2, digest="same"))

    assert loader.loads == ["same"]


def test_the_least_recently_used_model_makes_room() -> None:
    loader = a_loader("digest-1", "digest-2", "digest-3")
    cache = ModelCache(loader, budget_bytes=20)

    for number in (1, 2, 1, 3, 1, 2):
        ask(cache, a_version(number))

    assert loader.loads == ["digest-1", "digest-2", "digest-3", "digest-2"]


def test_as_many_models_go_as_a_large_one_needs() -> None:
    loader = a_loader("digest-1", "digest-2", "large")
    cache = ModelCache(loader, budget_bytes=20)
    for number in (1, 2):
        ask(cache, a_version(number))

    ask(cache, a_version(3, digest="large", size_bytes=20))
    ask(cache, a_version(1))

    assert loader.loads[2:] == ["large", "digest-1"]


def test_a_model_over_the_budget_is_not_ready_and_drops_nothing() -> None:
    loader = a_loader("digest-1", "digest-2")
    cache = ModelCache(loader, budget_bytes=10)
    ask(cache, a_version(1))

    with pytest.raises(ModelNotReady, match="artefact is 11 bytes, the session memory budget is 10"):
        ask(cache, a_version(2, size_bytes=11))

    ask(cache, a_version(1))
    assert loader.loads == ["digest-1"]


def test_a_model_in_use_is_not_dropped_for_another() -> None:
    loader = a_loader("digest-1", "digest-2")
    cache = ModelCache(loader, budget_bytes=10)

    with cache.lease("m", a_version(1)), pytest.raises(ModelNotReady, match="in use and fill"):
        ask(cache, a_version(2))

    assert ask(cache, a_version(2)) == "digest-2"


def test_a_failed_load_is_tried_again_and_leaves_no_room_taken() -> None:
    loader = a_loader("digest-2")
    cache = ModelCache(loader, budget_bytes=10)
    with pytest.raises(ModelNotReady, match="no function"):
        ask(cache, a_version(1))
    assert ask(cache, a_version(2)) == "digest-2"

    loader.functions |= a_loader("digest-1").functions

    assert ask(cache, a_version(1)) == "digest-1"


class SlowLoader:
    """Ends a load once `may_end` says so, and counts; fails if it has nothing to give."""

    def __init__(self, model: MemoryModel | None) -> None:
        self.model = model
        self.may_end: Callable[[], bool] = lambda: False
        self.count = 0

    def load(self, model: str, version: ReleasedVersion) -> MemoryModel:
        self.count += 1
        deadline = monotonic() + DEADLINE_SECONDS
        while not self.may_end():
            assert monotonic() < deadline
        if self.model is None:
            raise ModelNotReady(model, version.number, "the store is down")
        return self.model


def ask_at_once(loader: SlowLoader, count: int) -> list[str]:
    """Every thread asks, and the load ends only when all of them hold the model or wait for it."""
    cache = ModelCache(loader, budget_bytes=10)
    loader.may_end = lambda: cache._entries["digest-1"].users == count

    def attempt() -> str:
        try:
            return ask(cache, a_version(1))
        except ModelNotReady as error:
            return str(error)

    with ThreadPoolExecutor(count) as threads:
        return [it.result(DEADLINE_SECONDS) for it in [threads.submit(attempt) for _ in range(count)]]


def test_simultaneous_requests_wait_for_one_load() -> None:
    loader = SlowLoader(MemoryModel(lambda inputs: {"y": np.array(["loaded"], object)}))

    assert ask_at_once(loader, 8) == ["loaded"] * 8
    assert loader.count == 1


def test_simultaneous_requests_all_hear_of_the_failure_and_none_waits_for_ever() -> None:
    loader = SlowLoader(None)

    answers = ask_at_once(loader, 4)

    assert answers == ["model 'm' version 1 is not ready: the store is down"] * 4
    assert loader.count == 1
