"""How much of a log one tick may read."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from sluice.errors import StoreUnavailable


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """Of one tick. A page of CloudWatch Logs is 1 MiB at most: some five hundred records."""

    pages: int = 60
    seconds: float = 45.0


class ReadingBudget:
    """What is left of the limits since `renew`; `timer` gives seconds, from any beginning."""

    def __init__(self, limits: ReadingLimits | None = None, *, timer: Callable[[], float] = monotonic) -> None:
        self._limits = limits or ReadingLimits()
        self._timer = timer
        self.renew()

    def renew(self) -> None:
        """Begin a tick."""
        self._pages, self._began_at = 0, self._timer()

    def spend_page(self) -> None:
        """Read one more page. Raises StoreUnavailable when it must not be."""
        limits = self._limits
        if self._pages >= limits.pages or self._timer() - self._began_at >= limits.seconds:
            said = f"one look reads {limits.pages} pages or {limits.seconds:g} s of it at most"
            raise StoreUnavailable("the rest of the log", said)
        self._pages += 1
