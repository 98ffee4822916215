"""The file of acknowledged changes: complete after any crash, honest about damage."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.errors import StoreUnavailable
from sluice.local.aws_endpoint.journal import Journal, JournalCorrupt
from tests.local.conftest import no_file_may_exceed, open_descriptor_count


@contextmanager
def opened(path: Path) -> Iterator[Journal]:
    journal = Journal(path)
    try:
        yield journal
    finally:
        journal.close()


def contents(path: Path) -> list[bytes]:
    with opened(path) as journal:
        return [payload for _, payload in journal.replay()]


def written(path: Path, *payloads: bytes) -> bytes:
    with opened(path) as journal:
        assert list(journal.replay()) == []
        for payload in payloads:
            journal.append(payload)
    return path.read_bytes()


def test_a_new_journal_is_empty_and_belongs_to_its_owner(tmp_path: Path) -> None:
    assert contents(tmp_path / "journal") == []
    assert (tmp_path / "journal").stat().st_mode & 0o777 == 0o600


def test_entries_come_back_in_order_with_their_line_numbers(tmp_path: Path) -> None:
    written(tmp_path / "journal", b"one", b"two", b"")

    with opened(tmp_path / "journal") as journal:
        assert list(journal.replay()) == [(2, b"one"), (3, b"two"), (4, b"")]


def test_a_journal_goes_on_where_it_stopped(tmp_path: Path) -> None:
    written(tmp_path / "journal", b"one")

    with opened(tmp_path / "journal") as journal:
        list(journal.replay())
        journal.append(b"two")

    assert contents(tmp_path / "journal") == [b"one", b"two"]


def test_a_last_line_cut_at_any_byte_is_removed_and_the_rest_stays(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    whole = written(path, b"first", b"the last entry")
    start_of_last = whole.rindex(b"\n", 0, -1) + 1

    for length in range(start_of_last, len(whole)):
        path.write_bytes(whole[:length])
        assert contents(path) == [b"first"]
        assert path.read_bytes() == whole[:start_of_last]


def test_a_journal_whose_first_line_was_cut_starts_anew(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(written(tmp_path / "other")[:10])

    assert contents(path) == []
    assert path.read_bytes() == (tmp_path / "other").read_bytes()


def test_damage_before_the_end_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    whole = written(path, b"one", b"two", b"three")
    path.write_bytes(whole.replace(b"two", b"twx"))

    with pytest.raises(JournalCorrupt, match=r"journal, line 3: the checksum does not match"):
        contents(path)
    assert path.read_bytes() == whole.replace(b"two", b"twx")


def test_a_whole_last_line_that_is_damaged_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(written(path, b"one").replace(b"one", b"onx"))

    with pytest.raises(JournalCorrupt, match="line 2"):
        contents(path)


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b"dear diary\n")
    with pytest.raises(JournalCorrupt, match="line 1"):
        contents(path)

    path.write_bytes(b'1eb8b9d9 {"journal":"sluice","format":2}\n')
    with pytest.raises(JournalCorrupt, match="line 1"):
        contents(path)


@given(entries=st.lists(st.binary().filter(lambda payload: b"\n" not in payload)))
def test_any_entries_come_back(tmp_path_factory: pytest.TempPathFactory, entries: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("any") / "journal"

    written(path, *entries)

    assert contents(path) == entries


def test_when_the_disk_is_full_the_entry_is_refused_and_so_is_every_later_one(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with opened(path) as journal:
        list(journal.replay())
        journal.append(b"kept")
        size_bytes = path.stat().st_size

        with no_file_may_exceed(size_bytes + 10), pytest.raises(StoreUnavailable, match="File too large"):
            journal.append(b"x" * 100)
        with pytest.raises(StoreUnavailable, match="restart once there is room"):
            journal.append(b"y")

    assert path.stat().st_size == size_bytes
    assert contents(path) == [b"kept"]


def test_the_file_is_closed_with_the_journal(tmp_path: Path) -> None:
    open_before = open_descriptor_count()

    written(tmp_path / "journal", b"one")

    assert open_descriptor_count() == open_before
