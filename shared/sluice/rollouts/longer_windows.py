"""Windows added up to longer ones: fewer to judge, for whoever looks less often than every minute."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce
from itertools import groupby
from operator import add
from typing import TypeVar

from sluice.rollouts.readings import SideReading, Window

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def period_start(instant: datetime, period: timedelta) -> datetime:
    """When the period began in which it lies; periods are counted from the beginning of the calendar."""
    return instant - (instant - datetime.min.replace(tzinfo=instant.tzinfo)) % period


def longer_windows(windows: Iterable[Window], period: timedelta) -> tuple[Window, ...]:
    """One window for each period in which there is any, oldest first; `windows` are ordered and none is longer."""
    grouped = groupby(windows, lambda it: period_start(it.starts_at, period))
    return tuple(_one(list(each), start, period) for start, each in grouped)


def _one(windows: Sequence[Window], start: datetime, period: timedelta) -> Window:
    seconds = int(period.total_seconds())
    stable, candidate = reduce(_added, (it.stable for it in windows)), reduce(_added, (it.candidate for it in windows))
    return Window(start, seconds, stable, candidate, next(filter(None, (it.unseen for it in windows)), ""))


def _added(one: SideReading, other: SideReading) -> SideReading:
    return SideReading(
        one.requests + other.requests,
        one.server_errors + other.server_errors,
        one.warm_requests + other.warm_requests,
        _joined(one.slow, other.slow, add),
        one.cold_starts + other.cold_starts,
        _joined(one.slow_cold, other.slow_cold, add),
        one.bad_values + other.bad_values,
        _joined(one.moments, other.moments, add),
        _joined(one.bins, other.bins, _added_bins),
    )


def _joined(
    one: Mapping[_Key, _Value], other: Mapping[_Key, _Value], add_up: Callable[[_Value, _Value], _Value]
) -> Mapping[_Key, _Value]:
    return {**one, **{key: add_up(one[key], value) if key in one else value for key, value in other.items()}}


def _added_bins(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(add, one, other))
