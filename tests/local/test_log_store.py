"""The ring of log lines, and the lines that become its events."""

import sys
from threading import Thread

import pytest

from sluice.local.lambda_host.lines import LineSplitter
from sluice.local.lambda_host.log_store import MAX_EVENT_CHARACTERS, LogStore
from sluice.local.lambda_host.thread_output import captured
from tests.local.lambda_fixtures import SetClock


def test_full_group_forgets_its_oldest_lines_and_no_other_groups() -> None:
    store = LogStore(lines_per_group=3)
    store.append("quiet", "s", "only")
    for number in range(5):
        store.append("busy", "s", str(number))

    assert [event.message for event in store.read("busy").events] == ["2", "3", "4"]
    assert [event.message for event in store.read("quiet").events] == ["only"]


def test_reading_goes_on_where_the_last_page_ended_also_when_lines_arrive_between() -> None:
    store = LogStore()
    for number in range(3):
        store.append("g", "s", str(number))

    first = store.read("g", limit=2)
    store.append("g", "s", "3")
    assert first.next_sequence is not None
    second = store.read("g", from_sequence=first.next_sequence)

    assert [event.message for event in (*first.events, *second.events)] == ["0", "1", "2", "3"]
    assert second.next_sequence is None


def test_lines_before_the_start_are_left_out() -> None:
    clock = SetClock()
    store = LogStore(clock=clock)
    store.append("g", "s", "early")
    clock.move(seconds=1)
    store.append("g", "s", "late")

    start_ms = int(clock.now().timestamp() * 1000)
    assert [event.message for event in store.read("g", start_ms=start_ms).events] == ["late"]


def test_unknown_group_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        LogStore().read("g")


def test_lines_are_put_together_from_whatever_pieces_arrive() -> None:
    lines: list[str] = []
    splitter = LineSplitter(lines.append)
    for piece in (b"o", b"ne\ntw", b"o\n\ncaf\xc3", b"\xa9\rsame event\nrest"):
        splitter.feed(piece)
    assert lines == ["one", "two", "café\nsame event"]
    splitter.finish()
    splitter.finish()

    assert lines[3:] == ["rest"]


def test_line_without_an_end_is_cut_into_events_and_never_kept_whole() -> None:
    lines: list[str] = []
    LineSplitter(lines.append).feed(b"x" * (2 * MAX_EVENT_CHARACTERS + 5))

    assert [len(line) for line in lines] == [MAX_EVENT_CHARACTERS] * 2


def test_only_the_captured_threads_output_is_captured(capsys: pytest.CaptureFixture[str]) -> None:
    lines: list[str] = []

    def work() -> None:
        with captured(lines.append):
            print("from the thread")
            sys.stdout.writelines(["two ", "pieces\n"])
            sys.stdout.buffer.write(b"bytes\n")
            sys.stdout.buffer.flush()
            sys.stdout.flush()

    thread = Thread(target=work)
    thread.start()
    thread.join()
    print("from the test", flush=True)

    assert lines == ["from the thread", "two pieces", "bytes"]
    assert capsys.readouterr().out == "from the test\n"
