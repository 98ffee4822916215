"""FastAPI on uvicorn: what one writes in ten minutes. `python -m benchmarks.peers.fastapi_uvicorn [lean|standard]`.

`lean` is what `pip install fastapi uvicorn` runs on, asyncio and h11; `standard` has uvloop and httptools.
"""

import json
import sys

import uvicorn
from fastapi import FastAPI, Request, Response

from benchmarks.peers.trees import MODEL, PORT, Trees

_PARTS = {"lean": ("asyncio", "h11"), "standard": ("uvloop", "httptools")}


def application() -> FastAPI:
    """One route, `async def`: a plain one would pay for a thread."""
    app, trees = FastAPI(), Trees()

    @app.post(f"/v2/models/{MODEL}/infer")
    async def infer(request: Request) -> Response:
        return Response(json.dumps(trees.answer(await request.json())), media_type="application/json")

    return app


if __name__ == "__main__":
    loop, http = _PARTS[sys.argv[1]]
    uvicorn.run(application(), port=PORT, loop=loop, http=http, access_log=False, log_level="warning")
