"""A snapshot in memory: read as rarely as was stated, never lost, never older than it was."""

from types import SimpleNamespace
from typing import Any

import pytest

from sluice.errors import StoreUnavailable
from sluice.experiments.ports import StoredSnapshot
from sluice.usecases.held_snapshot import HeldSnapshot

AWAY = StoreUnavailable("table experiments", "throttled")
SECOND_NS = 1_000_000_000


def numbered(number: int, content: bytes = b"good") -> StoredSnapshot:
    return StoredSnapshot("model:risk", number, f"digest-{number}", content)


class Reader:
    """Finds `next_answer`, or raises it; `subjects` are what was asked for."""

    def __init__(self, answer: StoredSnapshot | StoreUnavailable | None = None) -> None:
        self.next_answer = answer
        self.subjects: list[str] = []

    def find_snapshot(self, subject: str) -> StoredSnapshot | None:
        self.subjects.append(subject)
        if isinstance(self.next_answer, StoreUnavailable):
            raise self.next_answer
        return self.next_answer


class Decoder:
    """The number of a snapshot that is good; `decoded` are the numbers of all that were tried."""

    def __init__(self) -> None:
        self.decoded: list[int] = []

    def __call__(self, stored: StoredSnapshot) -> int:
        self.decoded.append(stored.number)
        if stored.content != b"good":
            raise StoreUnavailable("snapshot model:risk", "it cannot be read")
        return stored.number


def holding(reader: Reader, decode: Decoder | None = None, *, cache_seconds: float = 10) -> Any:
    """`held.get()`, and the time that it sees as `held.now_ns`."""
    held = SimpleNamespace(now_ns=17 * SECOND_NS)
    snapshot = HeldSnapshot(
        reader,
        "model:risk",
        decode=decode or Decoder(),
        cache_seconds=cache_seconds,
        timer_ns=lambda: held.now_ns,
    )
    held.get = snapshot.get
    return held


def test_nothing_is_read_before_somebody_asks() -> None:
    reader = Reader(numbered(1))
    held = holding(reader)
    assert reader.subjects == []

    assert held.get()[:2] == (1, None)
    assert reader.subjects == ["model:risk"]


def test_it_is_read_again_when_its_time_is_over_and_not_before() -> None:
    reader = Reader(numbered(1))
    held = holding(reader)
    held.get()
    reader.next_answer = numbered(2)

    held.now_ns += 10 * SECOND_NS - 1
    assert held.get()[:2] == (1, None)
    held.now_ns += 1
    assert held.get()[:2] == (2, None)
    assert len(reader.subjects) == 2


def test_without_a_cache_time_every_request_reads() -> None:
    reader = Reader()
    held = holding(reader, cache_seconds=0)

    for number in range(1, 4):
        reader.next_answer = numbered(number)
        assert held.get()[:2] == (number, None)


@pytest.mark.parametrize("failure", [AWAY, numbered(2, b"garbage")])
def test_the_last_good_one_stays_when_the_next_cannot_be_read(failure: Any) -> None:
    reader = Reader(numbered(1))
    held = holding(reader)
    held.get()
    reader.next_answer = failure
    held.now_ns += 10 * SECOND_NS

    kept = held.get()

    assert kept.value == 1
    assert isinstance(kept.failure, StoreUnavailable)


def test_it_says_until_when_it_is_held_and_whoever_asks_while_it_is_read_holds_it_no_longer() -> None:
    meanwhile: list[int] = []

    class Slow(Reader):
        def find_snapshot(self, subject: str) -> StoredSnapshot | None:
            meanwhile.append(held.get().until_ns)
            return super().find_snapshot(subject)

    held = holding(Slow(numbered(1)))
    first_until_ns = held.get().until_ns
    held.now_ns = first_until_ns

    assert held.get().until_ns == first_until_ns + 10 * SECOND_NS == 37 * SECOND_NS
    assert meanwhile == [0, first_until_ns]


def test_a_failure_waits_as_long_as_a_success() -> None:
    reader = Reader(AWAY)
    held = holding(reader)
    assert held.get()[:2] == (None, AWAY)
    reader.next_answer = numbered(1)

    held.now_ns += 10 * SECOND_NS - 1
    assert held.get()[:2] == (None, AWAY)
    held.now_ns += 1
    assert held.get()[:2] == (1, None)


def test_a_failure_is_forgotten_with_the_next_success_even_if_nothing_is_new() -> None:
    reader = Reader(numbered(1))
    held = holding(reader, cache_seconds=0)
    held.get()
    reader.next_answer = AWAY
    assert held.get()[:2] == (1, AWAY)
    reader.next_answer = numbered(1)

    assert held.get()[:2] == (1, None)


def test_one_that_could_not_be_read_is_tried_again() -> None:
    """It may have been read while it was written, or by a broken proxy."""
    decode = Decoder()
    reader = Reader(numbered(1, b"garbage"))
    held = holding(reader, decode, cache_seconds=0)
    assert held.get().value is None
    reader.next_answer = numbered(1)

    assert held.get()[:2] == (1, None)
    assert decode.decoded == [1, 1]


@pytest.mark.parametrize("behind", [numbered(1), numbered(2), None])
def test_a_read_that_is_behind_takes_nothing_back(behind: StoredSnapshot | None) -> None:
    """Replicas of a table may lag; one may not even have the first snapshot yet."""
    reader = Reader(numbered(3))
    held = holding(reader, cache_seconds=0)
    held.get()
    reader.next_answer = behind

    assert held.get()[:2] == (3, None)
    reader.next_answer = numbered(4)
    assert held.get()[:2] == (4, None)


def test_only_what_is_newer_is_decoded() -> None:
    decode = Decoder()
    reader = Reader(numbered(1))
    held = holding(reader, decode, cache_seconds=0)

    for number in (1, 1, 2, 1, 2, 3):
        reader.next_answer = numbered(number)
        held.get()

    assert decode.decoded == [1, 2, 3]


def test_where_there_never_was_one_nothing_went_wrong() -> None:
    held = holding(Reader(), cache_seconds=0)

    assert [held.get()[:2] for _ in range(3)] == [(None, None)] * 3


def test_the_time_is_counted_from_when_reading_began() -> None:
    """Or a slow table would make a kill switch take longer than was stated."""
    reader = Reader(numbered(1))
    held = holding(reader)

    def slowly(subject: str) -> StoredSnapshot:
        held.now_ns += 8 * SECOND_NS
        return numbered(1)

    reader.find_snapshot = slowly  # type: ignore[method-assign]
    held.get()
    del reader.find_snapshot
    reader.next_answer = numbered(2)

    held.now_ns += 2 * SECOND_NS
    assert held.get()[:2] == (2, None)
