import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from sluice.adapters.deadline import Deadline
from sluice.errors import StoreUnavailable

AN_HOUR_MS = 3_600_000


def workers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "deadline"]


@contextmanager
def stuck(deadline: Deadline, *, calls: int) -> Iterator[None]:
    """So many calls have been given up, and end when the block does."""
    end = threading.Event()
    try:
        for _ in range(calls):
            with pytest.raises(StoreUnavailable, match="no answer within"):
                deadline.call(end.wait)
        yield
    finally:
        end.set()


def test_a_call_in_time_gives_what_the_function_returns() -> None:
    with Deadline(AN_HOUR_MS) as deadline:
        assert deadline.call(lambda: "answer") == "answer"
        assert deadline.call(lambda: None) is None


@pytest.mark.parametrize("error", [StoreUnavailable("table t", "throttled"), KeyError("x"), SystemExit(3)])
def test_a_call_in_time_raises_what_the_function_raises_and_the_next_one_is_fine(error: BaseException) -> None:
    def fail() -> None:
        raise error

    with Deadline(AN_HOUR_MS, worker_limit=1) as deadline:
        with pytest.raises(type(error)) as caught:
            deadline.call(fail)

        assert caught.value is error
        assert deadline.call(lambda: 1) == 1


def test_a_late_call_is_given_up_and_the_store_and_the_budget_are_named() -> None:
    end = threading.Event()
    with Deadline(20, store="table units") as deadline:
        with pytest.raises(StoreUnavailable, match="table units is unavailable: no answer within 20 ms"):
            deadline.call(end.wait)
        end.set()


def test_calls_fail_unmade_while_every_worker_is_late() -> None:
    made: list[int] = []
    with Deadline(20, worker_limit=2) as deadline, stuck(deadline, calls=2):
        for _ in range(100):
            with pytest.raises(StoreUnavailable, match="2 earlier calls have no answer yet"):
                deadline.call(partial(made.append, 1))
        assert len(workers()) == 2

    assert made == []


def test_calls_go_on_beside_one_that_is_late() -> None:
    with Deadline(20, worker_limit=2) as deadline, stuck(deadline, calls=1):
        assert [deadline.call(lambda: 1) for _ in range(3)] == [1, 1, 1]


def test_a_late_worker_serves_again_when_its_call_has_ended() -> None:
    with Deadline(20, worker_limit=1) as deadline:
        with stuck(deadline, calls=1):
            pass

        while True:  # until the worker is back; the test's own time limit ends a wait in vain
            try:
                assert deadline.call(lambda: 1) == 1
                break
            except StoreUnavailable as error:
                assert "1 earlier calls" in str(error)  # noqa: PT017


def test_no_thread_is_made_before_it_is_needed_and_one_serves_calls_in_turn() -> None:
    with Deadline(AN_HOUR_MS) as deadline:
        assert workers() == []

        seen = {deadline.call(threading.get_ident) for _ in range(50)}

        assert len(seen) == 1
        assert len(workers()) == 1
    assert workers() == []


def test_closing_waits_for_no_late_call_and_its_worker_ends_with_it() -> None:
    deadline = Deadline(20)
    with stuck(deadline, calls=1):
        [late] = workers()
        deadline.close()
        assert late.is_alive()

    late.join(10)
    assert not late.is_alive()


def test_a_closed_deadline_takes_no_calls_and_closes_again() -> None:
    deadline = Deadline(20)
    deadline.close()
    deadline.close()

    with pytest.raises(RuntimeError, match="a closed deadline takes no calls"):
        deadline.call(lambda: 1)


def test_many_threads_get_each_its_own_answer(at_once: Any) -> None:
    def ask(mine: int) -> set[int]:
        return {deadline.call(lambda: mine) for _ in range(200)}

    with Deadline(AN_HOUR_MS, worker_limit=4) as deadline:
        answers = at_once(*(partial(ask, number) for number in range(4)))

    assert answers == [{0}, {1}, {2}, {3}]


def test_a_late_call_keeps_no_process_from_ending() -> None:
    script = """
import threading
from sluice.adapters.deadline import Deadline
from sluice.errors import StoreUnavailable
try:
    Deadline(1).call(threading.Event().wait)
except StoreUnavailable:
    print("given up")
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)

    assert told.stdout == "given up\n"
