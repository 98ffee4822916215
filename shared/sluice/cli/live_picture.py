"""A picture of a rollout that changes in place on a terminal; elsewhere every look is printed below the last."""

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sluice.cli.output import console, print_json

if TYPE_CHECKING:
    from rich.live import Live


class LivePicture:
    """For the time of a `with` block."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if not self._as_json and sys.stdout.isatty():
            from rich.live import Live

            self._live = Live(console=console(), auto_refresh=False).__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.__exit__(kind, error, traceback)

    def show(self, document: dict[str, Any]) -> None:
        """The next look."""
        from sluice.cli.rollout_views import picture_of, render_rollout

        if self._as_json:
            print_json(document)
            sys.stdout.flush()
        elif self._live is not None:
            self._live.update(picture_of(document), refresh=True)
        else:
            render_rollout(document, console())
