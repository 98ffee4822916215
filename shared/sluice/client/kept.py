"""What is asked for once and kept, however many calls begin at the same moment."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from sluice.client.exchange import Steps
from sluice.client.retry import Patience

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_LOOK_AGAIN_SECONDS = 0.01


class Kept(Generic[K, V]):
    """Answers by key. While one call asks, others wait for what it hears; if it hears nothing, the next one asks."""

    def __init__(self) -> None:
        self._found: dict[K, V] = {}
        self._being_asked: set[K] = set()

    def get(self, key: K, ask: Callable[[], Steps[V]], patience: Patience) -> Steps[V]:
        """What is kept, else what `ask` hears. Raises what `ask` raises, and DeadlinePassed."""
        while key in self._being_asked:
            yield from patience.wait(_LOOK_AGAIN_SECONDS)
        if key in self._found:
            return self._found[key]
        self._being_asked.add(key)
        try:
            return self.put(key, (yield from ask()))
        finally:
            self._being_asked.discard(key)

    def put(self, key: K, value: V) -> V:
        """Keep it from now on."""
        self._found[key] = value
        return value

    def forget(self, key: K) -> None:
        """Ask again, the next time."""
        self._found.pop(key, None)
