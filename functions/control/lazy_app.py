"""An ASGI application that is made when the first request for it comes: no other request pays for it."""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send


class LazyApp:
    """Passes everything on to what `make` gives."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application's only method."""
        if self._app is None:
            self._app = self._make()
        await self._app(scope, receive, send)
