"""BentoML with one worker: a service with one route that takes the request's JSON members by their names.

It is started as BentoML's users do: `bentoml serve benchmarks.peers.bentoml_server:TreesService --port ...`.
"""

from typing import Any

import bentoml

from benchmarks.peers.trees import MODEL, Trees


@bentoml.service(workers=1, metrics={"enabled": False}, logging={"access": {"enabled": False}})
class TreesService:
    """The protocol is ours; BentoML has none."""

    def __init__(self) -> None:
        self.trees = Trees()

    @bentoml.api(route=f"/v2/models/{MODEL}/infer")  # type: ignore[untyped-decorator]
    async def infer(self, inputs: list[dict[str, Any]], parameters: dict[str, Any]) -> dict[str, Any]:
        """On the server's loop: a thread would cost more."""
        return self.trees.answer({"inputs": inputs})
