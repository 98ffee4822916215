"""The newest inference records, and those that follow."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING, Any

from sluice.adapters.log_records import log_events, record_on

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_POLL_SECONDS = 1.0
# CloudWatch may show a line some seconds after its timestamp, so each look overlaps the last one.
_OVERLAP_MS = 15_000


class RecordLog:
    """The record lines of one model's function."""

    def __init__(self, client: "CloudWatchLogsClient", log_group: str) -> None:
        self._client = client
        self._group = log_group
        self._seen: dict[str, int] = {}

    def last(self, limit: int, *, since_seconds: int) -> Sequence[dict[str, Any]]:
        """The newest `limit` records of the last `since_seconds`, oldest first.

        Raises UnknownFunction if the function has never written a line, StoreUnavailable.
        """
        return deque(self._unseen(_now_ms() - since_seconds * 1000), maxlen=limit)

    def follow(self, stop: Event) -> Iterator[dict[str, Any]]:
        """New records as they arrive, until `stop` is set. Raises as `last` does."""
        while not stop.wait(_POLL_SECONDS):
            start_ms = _now_ms() - _OVERLAP_MS
            yield from self._unseen(start_ms)
            self._seen = {event: at for event, at in self._seen.items() if at >= start_ms}

    def _unseen(self, start_ms: int) -> Iterator[dict[str, Any]]:
        since = datetime.fromtimestamp(start_ms / 1000, UTC)
        yield from filter(None, map(self._record_of, log_events(self._client, self._group, since=since)))

    def _record_of(self, event: Any) -> dict[str, Any] | None:
        """The record on this line, or None for other lines and for lines shown before."""
        if event["eventId"] in self._seen:
            return None
        self._seen[event["eventId"]] = event["timestamp"]
        return record_on(event)


def _now_ms() -> int:
    return int(time.time() * 1000)
