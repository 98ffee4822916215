"""A release that is fetched while Python imports: what is asked for comes whole, once, and failures are told."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
import pytest

from sluice.adapters.head_start import HeadStart, SnapshotHeadStart
from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.adapters.memory_definitions import MemoryDefinitions
from sluice.errors import StoreUnavailable
from sluice.experiments.ports import SnapshotReader, StoredSnapshot
from tests.adapters.stored_experiments import a_snapshot


class Noting:
    """A store that notes what it is asked for, and by whom; `gate` holds every answer back."""

    def __init__(self) -> None:
        self.store = MemoryContentStore()
        self.asked: list[tuple[str, str]] = []
        self.threads: set[int] = set()
        self.gate = threading.Event()
        self.gate.set()

    def put(self, kind: str, content: bytes) -> str:
        return self.store.put(kind, content)

    def get(self, kind: str, digest: str) -> bytes:
        self.asked.append((kind, digest))
        self.threads.add(threading.get_ident())
        self.gate.wait(60)
        return self.store.get(kind, digest)


def a_release(noting: Noting, *files: bytes, size_bytes: int | None = None) -> tuple[str, list[str]]:
    digests = [noting.put("artefacts", file) for file in files]
    described = [
        {"path": digest, "digest": digest, "size_bytes": len(file) if size_bytes is None else size_bytes}
        for digest, file in zip(digests, files, strict=True)
    ]
    other = [{"path": "x", "digest": "0" * 64, "size_bytes": 1}]
    document = {"default_version": 2, "versions": {"1": {"artefact": other}, "2": {"artefact": described}}}
    return noting.put("releases", orjson.dumps(document)), digests


def test_the_release_and_the_files_of_its_default_version_are_fetched_once_and_ahead() -> None:
    noting = Noting()
    release, files = a_release(noting, b"graph", b"weights")
    content = HeadStart(noting)

    content.begin(release)

    assert orjson.loads(content.get("releases", release))["default_version"] == 2
    assert [content.get("artefacts", file) for file in files] == [b"graph", b"weights"]
    assert noting.asked == [("releases", release), *(("artefacts", file) for file in files)]
    assert threading.get_ident() not in noting.threads


def test_beginning_waits_for_nothing_and_asking_waits_for_what_was_begun() -> None:
    noting = Noting()
    release, _ = a_release(noting, b"graph")
    noting.gate.clear()
    content, got = HeadStart(noting), threading.Event()

    content.begin(release)

    def ask() -> None:
        content.get("releases", release)
        got.set()

    waiting = threading.Thread(target=ask)
    waiting.start()
    assert not got.is_set()
    noting.gate.set()
    waiting.join(60)

    assert got.is_set()


def test_what_was_taken_is_asked_for_anew() -> None:
    noting = Noting()
    release, [file] = a_release(noting, b"graph")
    content = HeadStart(noting)
    content.begin(release)

    for _ in range(2):
        assert content.get("releases", release)
        assert content.get("artefacts", file) == b"graph"

    assert noting.asked.count(("artefacts", file)) == 2


def test_a_failure_on_the_way_is_told_once_and_then_tried_again() -> None:
    noting = Noting()
    digest, _ = a_release(Noting())
    content = HeadStart(noting)
    content.begin(digest)

    with pytest.raises(StoreUnavailable):
        content.get("releases", digest)
    assert a_release(noting)[0] == digest

    assert content.get("releases", digest)


@pytest.mark.parametrize(
    "document", [b"", b"[]", b"{}", b"nonsense", b'{"default_version": 1, "versions": {"1": {"artefact": [{}]}}}']
)
def test_a_document_that_is_none_of_ours_is_left_to_who_asks_for_it(document: bytes) -> None:
    noting = Noting()
    digest = noting.put("releases", document)
    content = HeadStart(noting)

    content.begin(digest)

    assert content.get("releases", digest) == document


def test_more_than_should_be_in_memory_at_once_waits_until_it_is_asked_for() -> None:
    noting = Noting()
    release, [file] = a_release(noting, b"graph", size_bytes=64 * 1024 * 1024 + 1)
    content = HeadStart(noting)
    content.begin(release)
    content.get("releases", release)

    assert content.get("artefacts", file) == b"graph"
    assert threading.get_ident() in noting.threads


def test_what_nobody_asks_for_is_let_go(at_once: Callable[..., list[Any]]) -> None:
    noting = Noting()
    release, _ = a_release(noting, b"graph")
    content = HeadStart(noting)
    content.begin(release)
    with suppress(StoreUnavailable):
        content.get("releases", release)

    content.end()

    assert content._begun == {}


class Unavailable:
    def find_snapshot(self, subject: str) -> StoredSnapshot | None:
        raise StoreUnavailable("definitions", "throttled")


def definitions_with(*snapshots: StoredSnapshot) -> MemoryDefinitions:
    definitions = MemoryDefinitions()
    for snapshot in snapshots:
        definitions.commit([], snapshot)
    return definitions


def test_the_first_definitions_are_read_ahead_and_later_ones_when_they_are_asked_for() -> None:
    first, later = definitions_with(a_snapshot(1, "flags")), definitions_with(a_snapshot(1), a_snapshot(2))
    snapshots: SnapshotReader = SnapshotHeadStart(later, "flags", first=first)

    assert snapshots.find_snapshot("model:churn") == later.find_snapshot("model:churn")
    assert snapshots.find_snapshot("flags") == first.find_snapshot("flags")
    assert snapshots.find_snapshot("flags") is None


def test_definitions_that_could_not_be_read_ahead_are_told_once() -> None:
    snapshots = SnapshotHeadStart(definitions_with(a_snapshot(1, "flags")), "flags", first=Unavailable())

    with pytest.raises(StoreUnavailable, match="throttled"):
        snapshots.find_snapshot("flags")
    assert snapshots.find_snapshot("flags") == a_snapshot(1, "flags")
