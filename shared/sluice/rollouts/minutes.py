"""Whole minutes of the clock: the grid on which both sides are read, whatever the source."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sluice.rollouts.readings import SideReading, Window

MINUTE = timedelta(minutes=1)
_NOTHING = SideReading()


def minute_of(instant: datetime) -> datetime:
    """The minute that it lies in."""
    return instant.replace(second=0, microsecond=0)


def next_minute_of(instant: datetime) -> datetime:
    """The first minute that begins at it or after it."""
    begun = minute_of(instant)
    return begun if begun == instant else begun + MINUTE


def paired_windows(
    stable: Mapping[datetime, SideReading],
    candidate: Mapping[datetime, SideReading],
    *,
    since: datetime,
    until: datetime,
) -> tuple[Window, ...]:
    """The readings of both sides, by minute: those minutes that lie in [since, until) as a whole, oldest first.

    A minute in which neither side had a request is left out; one in which only one side had is not.
    """
    first, end = next_minute_of(since), minute_of(until)
    minutes = sorted(it for it in {*stable, *candidate} if first <= it < end)
    return tuple(Window(it, 60, stable.get(it, _NOTHING), candidate.get(it, _NOTHING)) for it in minutes)
