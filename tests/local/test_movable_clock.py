"""The clock that rollouts run on: forward only, from any thread, and its sleepers wake when it is moved."""

import asyncio
import threading
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from sluice.local.movable_clock import ClockMovedBack, MovableClock

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


class ClockByHand:
    """The time underneath, set by a test."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time


def test_it_shows_the_time_underneath_until_it_is_moved() -> None:
    underneath = ClockByHand()
    clock = MovableClock(underneath)

    assert clock.now() == START
    assert clock.advance(HOUR) == clock.now() == START + HOUR
    underneath.time += HOUR
    assert clock.now() == START + 2 * HOUR


def test_it_moves_to_an_instant_of_any_time_zone() -> None:
    clock = MovableClock(ClockByHand())

    moved = clock.move_to(datetime(2026, 1, 1, 5, tzinfo=timezone(2 * HOUR)))

    assert moved == clock.now() == START + 3 * HOUR
    assert moved.tzinfo is UTC


def test_it_never_goes_back() -> None:
    clock = MovableClock(ClockByHand())

    with pytest.raises(ClockMovedBack):
        clock.advance(-timedelta(microseconds=1))
    with pytest.raises(ClockMovedBack, match="cannot go back to 2025"):
        clock.move_to(START - HOUR)
    with pytest.raises(ValueError, match="no time zone"):
        clock.move_to(datetime(2030, 1, 1))  # noqa: DTZ001 - that is the point
    assert clock.now() == START


def test_frozen_it_stands_until_moved_and_resumes_where_it_stands() -> None:
    underneath = ClockByHand()
    clock = MovableClock(underneath)

    assert clock.freeze() == START
    underneath.time += 5 * HOUR
    assert (clock.now(), clock.is_frozen) == (START, True)
    clock.advance(HOUR)
    assert clock.now() == START + HOUR

    clock.resume()
    underneath.time += HOUR
    assert (clock.now(), clock.is_frozen) == (START + 2 * HOUR, False)


def test_it_runs_by_itself_on_the_machine_clock() -> None:
    before = datetime.now(UTC)

    assert before <= MovableClock().now() <= datetime.now(UTC)


def test_moves_from_many_threads_all_count() -> None:
    clock = MovableClock(ClockByHand())
    threads = [threading.Thread(target=lambda: [clock.advance(HOUR) for _ in range(100)]) for _ in range(4)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert clock.now() == START + 400 * HOUR


def within_deadline(work: Awaitable[None]) -> None:
    async def limited() -> None:
        await asyncio.wait_for(work, 20)

    asyncio.run(limited())


def test_a_sleeper_on_a_frozen_clock_wakes_when_it_is_moved_far_enough() -> None:
    clock = MovableClock(ClockByHand())
    clock.freeze()

    async def scenario() -> None:
        sleeper = asyncio.create_task(clock.sleep_until(START + 10 * HOUR))
        await asyncio.sleep(0)
        await asyncio.to_thread(clock.advance, 9 * HOUR)
        await asyncio.sleep(0)
        assert not sleeper.done()
        await asyncio.to_thread(clock.advance, HOUR)
        await sleeper

    within_deadline(scenario())


def test_a_sleeper_on_a_running_clock_wakes_when_it_is_moved() -> None:
    clock = MovableClock()

    async def scenario() -> None:
        sleeper = asyncio.create_task(clock.sleep_until(clock.now() + 10 * HOUR))
        await asyncio.sleep(0)
        clock.advance(10 * HOUR)
        await sleeper

    within_deadline(scenario())


def test_a_sleeper_on_a_running_clock_wakes_by_itself() -> None:
    clock = MovableClock()

    within_deadline(clock.sleep_until(clock.now() + timedelta(milliseconds=20)))


def test_a_sleeper_waits_on_when_the_clock_is_frozen_before_its_time() -> None:
    clock = MovableClock()
    due = clock.now() + timedelta(milliseconds=20)

    async def scenario() -> None:
        clock.freeze()
        sleeper = asyncio.create_task(clock.sleep_until(due))
        done, _ = await asyncio.wait({sleeper}, timeout=0.1)
        assert not done
        clock.resume()
        await sleeper

    within_deadline(scenario())


def test_an_instant_in_the_past_is_not_waited_for() -> None:
    clock = MovableClock(ClockByHand())
    clock.freeze()

    within_deadline(clock.sleep_until(START))
