"""An ASGI application as a Lambda handler, through Mangum."""

import asyncio
from collections.abc import Callable
from typing import Any

from mangum import Mangum
from mangum.types import ASGI

LambdaHandler = Callable[[dict[str, Any], Any], dict[str, Any]]


def lambda_handler_of(app: ASGI) -> LambdaHandler:
    """A handler that runs `app` for one event at a time, in whichever thread it is called."""
    entrance = Mangum(app, lifespan="off")

    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        # Mangum takes the calling thread's event loop. A loop of our own per call is in every thread, is left
        # open in none, and costs little beside the framework.
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            return entrance(event, context)
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    return handle
