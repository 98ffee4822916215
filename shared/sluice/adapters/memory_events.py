"""Domain events in this process's memory, for tests and demonstrations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """One event as it was put on the bus."""

    kind: str
    detail: Mapping[str, Any]
    at: datetime


class MemoryEvents:
    """`rollouts.ports.DomainEvents`; `told` are all of them, in order."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.told: list[ToldEvent] = []

    def publish(self, kind: str, detail: Mapping[str, Any], *, at: datetime) -> None:
        """See the port."""
        with self._lock:
            self.told.append(ToldEvent(kind, detail, at))
