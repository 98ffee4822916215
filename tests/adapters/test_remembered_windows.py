"""Readings that are asked for once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sluice.adapters.memory_metrics_source import MemoryMetricsSource
from sluice.adapters.remembered_windows import RememberedWindows
from sluice.rollouts.readings import Baseline, SideReading, Window

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class HandMovedClock:
    at = NOON

    def now(self) -> datetime:
        return self.at


class Counting(MemoryMetricsSource):
    """Remembers from when it was asked."""

    def __init__(self) -> None:
        self.clock = HandMovedClock()
        super().__init__(self.clock)
        self.asked: list[datetime] = []

    def windows(self, *arguments: Any, **named: Any) -> Sequence[Window]:
        self.asked.append(named["since"])
        return super().windows(*arguments, **named)


def look(source: RememberedWindows, minutes: int, candidate: str = "2") -> Sequence[Window]:
    until = NOON + timedelta(minutes=minutes)
    return source.windows(
        "churn", stable_version="1", candidate_version=candidate, since=NOON, until=until, baseline=Baseline()
    )


def filled() -> Counting:
    source = Counting()
    source.clock.at = NOON + timedelta(minutes=10)
    for minute in range(10):
        for version in ("1", "2", "3"):
            at = NOON + timedelta(minutes=minute)
            source.put("churn", version, at, SideReading(requests=minute + 100 * int(version)))
    return source


def test_each_minute_is_read_once_and_every_look_has_all_of_them() -> None:
    source = filled()
    remembered = RememberedWindows(source)

    looks = [look(remembered, minutes) for minutes in (3, 3, 5, 9)]

    assert source.asked == [NOON, NOON + timedelta(minutes=3), NOON + timedelta(minutes=5)]
    assert looks == [look(RememberedWindows(filled()), minutes) for minutes in (3, 3, 5, 9)]
    assert [len(it) for it in looks] == [3, 3, 5, 9]


def test_another_rollout_is_another_question() -> None:
    remembered = RememberedWindows(filled())
    look(remembered, 5)

    other = look(remembered, 5, candidate="3")

    assert [it.candidate.requests for it in other] == [300, 301, 302, 303, 304]
