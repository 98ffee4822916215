"""What was seen lately, within a bound: so that a thing is told once and not a thousand times."""

from collections import OrderedDict
from collections.abc import Callable, Hashable

_NS_PER_SECOND = 1_000_000_000


class RecentKeys:
    """Remembers `limit_count` keys for `seconds` each; the longest unused go first, and are then new again."""

    def __init__(self, limit_count: int, *, seconds: float, timer_ns: Callable[[], int]) -> None:
        self._limit_count, self._timer_ns = limit_count, timer_ns
        self._remember_ns = int(seconds * _NS_PER_SECOND)
        self._until_ns: OrderedDict[Hashable, int] = OrderedDict()

    def is_new(self, key: Hashable) -> bool:
        """Whether it was not seen within the time; from now on it was."""
        now_ns = self._timer_ns()
        if now_ns < self._until_ns.get(key, now_ns):
            self._until_ns.move_to_end(key)
            return False
        self._until_ns[key] = now_ns + self._remember_ns
        self._until_ns.move_to_end(key)
        if len(self._until_ns) > self._limit_count:
            self._until_ns.popitem(last=False)
        return True
