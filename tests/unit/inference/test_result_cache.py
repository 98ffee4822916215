"""Results that are kept: found by what decides them alone, for a bounded time, in bounded memory."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sluice.catalog.artefact import Artefact, ArtefactFile
from sluice.catalog.release import ReleasedVersion
from sluice.catalog.signature import Signature, TensorSpec
from sluice.inference.result_cache import ResultCache, key_of
from sluice.inference.served_release import ServedVersion
from sluice.inference.tensors import InferenceRequest

SIGNATURE = Signature(
    (TensorSpec("x", "FP32", (-1,)),), (TensorSpec("y", "FP32", (-1,)), TensorSpec("z", "FP32", (-1,)))
)
RELEASED = ReleasedVersion(1, Artefact((ArtefactFile("m.onnx", "digest", 1),)), SIGNATURE)
VERSION = ServedVersion("m", RELEASED)
ROW = np.array([1.5, 2.5], np.float32)
OUTPUTS = {"y": np.zeros(64, np.float32)}  # 256 bytes, 768 with what an entry costs


def a_request(array: Any = ROW, **changed: Any) -> InferenceRequest:
    return InferenceRequest(**({"id": "1", "inputs": {"x": array}} | changed))


class Cache:
    """A cache of one minute whose clock is moved by hand."""

    def __init__(self, budget_bytes: int = 10_000) -> None:
        self.now_seconds = 0.0
        self.cache = ResultCache(
            ttl_seconds=60, budget_bytes=budget_bytes, timer_ns=lambda: int(self.now_seconds * 1_000_000_000)
        )

    def keep(self, *keys: bytes) -> None:
        for key in keys:
            self.cache.keep(key, {"y": OUTPUTS["y"].copy()})

    def has(self, key: bytes, **wish: Any) -> bool:
        return self.cache.find(key, **wish) is not None


def test_the_id_and_the_unit_of_a_request_decide_nothing() -> None:
    other = a_request(ROW.copy(), id="2", parameters={"sluice_unit": "ada"})

    assert key_of(VERSION, a_request()) == key_of(VERSION, other)


@pytest.mark.parametrize(
    "other",
    [
        a_request(np.array([1.5, 2.25], np.float32)),
        a_request(ROW.reshape(1, 2)),
        a_request(ROW.astype(np.float64)),
        a_request(ROW.view(np.int32)),
        a_request(np.array([-0.0, 2.5], np.float32)),
        a_request(requested_outputs=("y",)),
        a_request(inputs={"w": ROW}),
        a_request(inputs={"x": ROW, "w": ROW}),
    ],
)
def test_what_may_change_the_outputs_is_another_key(other: InferenceRequest) -> None:
    assert key_of(VERSION, a_request()) != key_of(VERSION, other)


@pytest.mark.parametrize("one", [["ab", "c"], ["a", "bc"], ["abc", ""], [b"ab", "c"], ["1:a", ""]])
@pytest.mark.parametrize("other", [["ab", "c"], ["a", "bc"], ["abc", ""], [b"ab", "c"], ["1:a", ""]])
def test_texts_are_told_apart_by_where_they_end_and_what_they_are(one: list[Any], other: list[Any]) -> None:
    keys = [key_of(VERSION, a_request(np.array(texts, object))) for texts in (one, other)]

    assert (keys[0] == keys[1]) is (one == other)


@pytest.mark.parametrize(
    "released",
    [replace(RELEASED, number=2), replace(RELEASED, artefact=Artefact((ArtefactFile("m.onnx", "other", 1),)))],
)
def test_another_version_or_another_artefact_is_another_key(released: ReleasedVersion) -> None:
    assert key_of(VERSION, a_request()) != key_of(ServedVersion("m", released), a_request())


def test_all_outputs_by_name_are_all_outputs() -> None:
    assert key_of(VERSION, a_request()) == key_of(VERSION, a_request(requested_outputs=("y", "z")))


def test_a_result_is_found_for_its_time_to_live_and_says_its_age() -> None:
    holder = Cache()
    holder.keep(b"a")
    holder.now_seconds = 59.5

    hit = holder.cache.find(b"a")

    assert hit is not None
    assert hit.age_seconds == 59.5
    holder.now_seconds = 60.5
    assert not holder.has(b"a")


def test_whoever_wants_a_younger_one_does_not_take_it_from_others() -> None:
    holder = Cache()
    holder.keep(b"a")
    holder.now_seconds = 30

    assert not holder.has(b"a", max_age_seconds=29)
    assert holder.has(b"a", max_age_seconds=30)


def test_beyond_the_budget_what_was_not_used_longest_goes_first() -> None:
    holder = Cache(budget_bytes=3 * 768)
    holder.keep(b"a", b"b", b"c")
    assert holder.has(b"a")

    holder.keep(b"d")

    assert [holder.has(key) for key in (b"a", b"b", b"c", b"d")] == [True, False, True, True]


def test_keeping_the_same_again_takes_no_more_room() -> None:
    holder = Cache(budget_bytes=2 * 768)

    holder.keep(b"a", b"b", b"b", b"b")

    assert holder.has(b"a")


def test_a_result_that_never_fits_drives_nothing_out() -> None:
    holder = Cache(budget_bytes=768)
    holder.keep(b"a")

    holder.cache.keep(b"b", {"y": np.zeros(65, np.float32)})
    holder.cache.keep(b"c", {"y": np.array(["x" * 1000], object)})

    assert [holder.has(key) for key in (b"a", b"b", b"c")] == [True, False, False]


def test_what_is_kept_can_no_longer_be_changed_by_whoever_was_given_it() -> None:
    outputs = {"y": np.zeros(2, np.float32)}
    Cache().cache.keep(b"a", outputs)

    with pytest.raises(ValueError, match="read-only"):
        outputs["y"][0] = 1
