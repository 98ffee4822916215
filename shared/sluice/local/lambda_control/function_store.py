"""Where functions are kept: whole states, swapped at once, so that readers need no lock."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from threading import RLock
from types import MappingProxyType

from sluice.local.lambda_control.function import LambdaFunction


class FunctionStore:
    """Functions by name. `on_change` runs inside each write; if it raises, the write is undone."""

    def __init__(self, functions: Mapping[str, LambdaFunction], on_change: Callable[[], None] | None) -> None:
        self.functions = functions
        self._on_change = on_change
        self._listeners: tuple[Callable[[], None], ...] = ()
        self._lock = RLock()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One writer at a time; what it reads does not change until it has written."""
        with self._lock:
            yield

    def put(self, function: LambdaFunction) -> None:
        """Add or replace a function. Call while writing."""
        self._commit({**self.functions, function.name: function})

    def remove(self, name: str) -> None:
        """Delete a function. Call while writing."""
        self._commit({kept: function for kept, function in self.functions.items() if kept != name})

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each write that stands; returns what ends the subscription."""
        self._listeners = (*self._listeners, listener)
        return partial(self._unsubscribe, listener)

    def _unsubscribe(self, listener: Callable[[], None]) -> None:
        self._listeners = tuple(kept for kept in self._listeners if kept is not listener)

    def _commit(self, functions: Mapping[str, LambdaFunction]) -> None:
        before, self.functions = self.functions, MappingProxyType(dict(functions))
        if self._on_change is not None:
            try:
                self._on_change()
            except BaseException:
                self.functions = before
                raise
        for listener in self._listeners:
            listener()
