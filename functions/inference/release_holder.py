"""The release of this environment: opened once; tried again while it cannot be."""

from collections.abc import Callable
from threading import Lock

from sluice.errors import NotAvailable
from sluice.inference.opened_release import OpenedRelease


class ReleaseHolder:
    """Calls `open_it` until it succeeds once, then gives its result for ever."""

    def __init__(self, open_it: Callable[[], OpenedRelease]) -> None:
        self._open_it = open_it
        self._opened: OpenedRelease | None = None
        self._lock = Lock()

    def get(self) -> OpenedRelease:
        """The open release. Raises NoReleaseYet, or StoreUnavailable as long as its document cannot be had."""
        if self._opened is None:
            with self._lock:
                if self._opened is None:
                    self._opened = self._open_it()
        return self._opened

    def why_not_ready(self) -> NotAvailable | None:
        """What keeps the release's default and preloaded versions from predicting, or None; it tries first."""
        return _failure_of(lambda: self.get().require_ready())

    def why_version_not_ready(self, model: str, model_version: str | None) -> NotAvailable | None:
        """The same of one version. Raises UnknownModel, UnknownModelVersion."""
        return _failure_of(lambda: self.get().require_version_ready(model, model_version))


def _failure_of(attempt: Callable[[], None]) -> NotAvailable | None:
    try:
        attempt()
    except NotAvailable as error:
        return error
    return None
