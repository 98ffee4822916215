"""What is made of one and the same object again and again, made once: assignments of a unit that comes back."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Source = TypeVar("Source")
Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")

_REMEMBERED = 1000


class MadeOnce(Generic[Source, Key, Made]):
    """Remembers by identity, which costs nothing to hash; it holds the object, so that no other gets its id."""

    def __init__(self, make: Callable[[Source, Key], Made]) -> None:
        self._make = make
        self._made: OrderedDict[tuple[int, Key], tuple[Source, Made]] = OrderedDict()

    def of(self, source: Source, key: Key) -> Made:
        """`make(source, key)`, which must depend on nothing else; `source` must not change."""
        name = id(source), key
        held = self._made.get(name)
        if held is not None:
            return held[1]
        made = self._make(source, key)
        self._made[name] = source, made
        if len(self._made) > _REMEMBERED:
            self._made.popitem(last=False)
        return made
