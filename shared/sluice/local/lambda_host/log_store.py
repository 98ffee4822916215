"""What functions print: a bounded ring of lines per log group, as CloudWatch Logs would keep them."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from threading import Lock
from typing import NamedTuple

from sluice.clock import Clock, SystemClock

MAX_EVENT_CHARACTERS = 256 * 1024
FOREVER_MS = 2**63 - 1


class LogEvent(NamedTuple):
    """One line. `sequence` counts the store's events from 0 and never repeats."""

    sequence: int
    timestamp_ms: int
    stream: str
    message: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """Events, oldest first; `next_sequence` is where to go on reading, None when nothing is left now."""

    events: Sequence[LogEvent]
    next_sequence: int | None


def log_group_of(function_name: str) -> str:
    """The log group that a function writes to."""
    return f"/aws/lambda/{function_name}"


class LogStore:
    """Thread-safe. Each group keeps its last `lines_per_group` lines; older ones are gone."""

    def __init__(self, *, lines_per_group: int = 20_000, clock: Clock | None = None) -> None:
        self._lines_per_group = lines_per_group
        self._clock = clock or SystemClock()
        self._lock = Lock()
        self._groups: dict[str, deque[LogEvent]] = {}
        self._created_ms: dict[str, int] = {}
        self._sequence = 0

    def append(self, group: str, stream: str, message: str) -> None:
        """Add a line; the group is created with its first one. Lines over 256 Ki characters are cut, as on AWS."""
        timestamp_ms = _epoch_ms(self._clock.now())
        with self._lock:
            events = self._groups.get(group)
            if events is None:
                events = self._groups[group] = deque(maxlen=self._lines_per_group)
                self._created_ms[group] = timestamp_ms
            events.append(LogEvent(self._sequence, timestamp_ms, stream, message[:MAX_EVENT_CHARACTERS]))
            self._sequence += 1

    def groups(self) -> dict[str, int]:
        """Every group, by name, with its creation time in epoch milliseconds."""
        with self._lock:
            return dict(sorted(self._created_ms.items()))

    def read(
        self, group: str, *, start_ms: int = 0, end_ms: int = FOREVER_MS, from_sequence: int = 0, limit: int = 10_000
    ) -> LogPage:
        """At most `limit` events at or after both starts, not after the end. Raises KeyError for an unknown group."""
        with self._lock:
            events = list(self._groups[group])
        wanted = (
            event for event in events if event.sequence >= from_sequence and start_ms <= event.timestamp_ms <= end_ms
        )
        found = list(islice(wanted, limit + 1))
        more = found[limit].sequence if len(found) > limit else None
        return LogPage(found[:limit], more)


def _epoch_ms(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
