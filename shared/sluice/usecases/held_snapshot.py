"""A snapshot held in memory: read again after a stated time, kept when it cannot be."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from sluice.errors import StoreUnavailable

if TYPE_CHECKING:
    from sluice.experiments.ports import SnapshotReader, StoredSnapshot

T = TypeVar("T")

_NS_PER_SECOND = 1_000_000_000


class Held(NamedTuple, Generic[T]):
    """`value` is the last one that could be read, None if there was never one; `failure` says what went wrong since.

    From `until_ns` of the timer on there may be something newer.
    """

    value: T | None
    failure: StoreUnavailable | None = None
    until_ns: int = 0


class HeldSnapshot(Generic[T]):
    """Reads `subject` at most every `cache_seconds`, which is how long a kill switch takes at most.

    A failed read waits as long as a good one: whoever asks meanwhile gets the last good value at once. `decode` runs
    for newer snapshots only: a read that is behind, which eventual consistency allows, takes nothing back.
    """

    def __init__(
        self,
        reader: "SnapshotReader",
        subject: str,
        *,
        decode: "Callable[[StoredSnapshot], T]",
        cache_seconds: float,
        timer_ns: Callable[[], int],
    ) -> None:
        self._reader, self._subject, self._decode = reader, subject, decode
        self._cache_ns = int(cache_seconds * _NS_PER_SECOND)
        self._timer_ns = timer_ns
        self._held: Held[T] = Held(None)
        self._number = 0
        self._read_again_ns = timer_ns()

    def get(self) -> Held[T]:
        """What is held; read first if it is time to. Never raises."""
        now_ns = self._timer_ns()
        if now_ns >= self._read_again_ns:
            # Whoever asks while this one reads is given what there was, which holds until now.
            self._read_again_ns = now_ns + self._cache_ns
            self._held = self._refreshed()._replace(until_ns=now_ns + self._cache_ns)
        return self._held

    def _refreshed(self) -> Held[T]:
        try:
            found = self._reader.find_snapshot(self._subject)
            if found is not None and found.number > self._number:
                return self._newer(found)
        except StoreUnavailable as failure:
            return Held(self._held.value, failure)
        return Held(self._held.value)

    def _newer(self, found: "StoredSnapshot") -> Held[T]:
        decoded = Held(self._decode(found))
        self._number = found.number
        return decoded
