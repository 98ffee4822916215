"""The peer: what one writes with FastAPI and Mangum in ten minutes. No checks, no record, no versions."""

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
from fastapi import FastAPI, Request, Response
from mangum import Mangum

from benchmarks.example_event import MODEL
from benchmarks.model_alone import model_session


def build_handler() -> Any:
    """A Lambda handler for `POST /v2/models/<model>/infer`, each route `async def`, lifespan off."""
    session = model_session()
    app = FastAPI()

    @app.post(f"/v2/models/{MODEL}/infer")
    async def infer(request: Request) -> Response:
        tensor = orjson.loads(await request.body())["inputs"][0]
        features = np.array(tensor["data"], np.float32).reshape(tensor["shape"])
        outputs = [array.tolist() for array in session.run(None, {tensor["name"]: features})]
        return Response(orjson.dumps({"outputs": outputs}), media_type="application/json")

    return _on_one_event_loop(lambda: Mangum(app, lifespan="off"))


def _on_one_event_loop(make_entrance: Callable[[], Any]) -> Any:
    """Mangum takes the thread's event loop. Lambda's main thread has one; here, our own entrance takes it away."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    entrance = make_entrance()

    def handle(event: dict[str, Any], context: Any) -> Any:
        asyncio.set_event_loop(loop)
        return entrance(event, context)

    return handle
