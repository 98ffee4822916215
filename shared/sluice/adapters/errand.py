"""One call, made in another thread than that of who wants its result."""

from _thread import allocate_lock, start_new_thread
from collections.abc import Callable
from typing import Generic, TypeVar

_Result = TypeVar("_Result")


class Errand(Generic[_Result]):
    """Waited for until it is settled, which is after it has been made."""

    def __init__(self, function: Callable[[], _Result]) -> None:
        self._function = function
        self._results: list[_Result] = []
        self._error: BaseException | None = None
        self._settled = allocate_lock()
        self._settled.acquire()

    def begin(self) -> None:
        """Make and settle it beside whatever comes next."""
        start_new_thread(self._run, ())

    def make(self) -> _Result | None:
        """Make it here; its result, None if there is none. Never raises."""
        try:
            result = self._function()
        except BaseException as error:  # noqa: BLE001 - who waits for it gets it, whatever it is
            self._error = error
            return None
        self._results.append(result)
        return result

    def settle(self) -> None:
        """Let those go on who wait for it."""
        self._settled.release()

    def result(self) -> _Result:
        """What the function returned, or raises what it raised; waits until it is settled."""
        with self._settled:
            if self._error is not None:
                raise self._error
            return self._results[0]

    def _run(self) -> None:
        self.make()
        self.settle()
