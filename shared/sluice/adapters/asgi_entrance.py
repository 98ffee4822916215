"""An ASGI application as a Lambda handler, through Mangum."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from mangum import Mangum
from mangum.types import ASGI

LambdaHandler = Callable[[dict[str, Any], Any], dict[str, Any]]


def lambda_handler_of(app: ASGI) -> LambdaHandler:
    """A handler that runs `app` for one event at a time, in whichever thread it is called."""
    with _own_event_loop():
        entrance = Mangum(app, lifespan="off")

    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        with _own_event_loop():
            return entrance(event, context)

    return handle


@contextmanager
def _own_event_loop() -> Iterator[None]:
    # Mangum takes the calling thread's event loop, and makes one that nobody closes where there is none.
    # A loop per call works in every thread, is left open in none, and costs little beside the framework.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loop.close()
