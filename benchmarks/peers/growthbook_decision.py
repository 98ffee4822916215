"""GrowthBook, by its client for many users: features are set once, each decision gets a user context."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from growthbook.common_types import Options, UserContext
from growthbook.growthbook_client import GrowthBookClient

from benchmarks.peers.questions import ARMS, COUNTRY, OLDER_THAN, Decide, report

_NOTE = "client for many users; its coroutine never waits and is run without an event loop"


def load(experiments: Sequence[str]) -> Decide:
    """A client whose features are the experiments; their default value is no arm."""
    client = GrowthBookClient(Options())
    asyncio.run(client.set_features({name: _feature(name) for name in experiments}))

    def decide(unit: str, country: str, age: int, experiments: Sequence[str]) -> list[str | None]:
        context = UserContext(attributes={"id": unit, "country": country, "age": age})
        return [_result_of(client.eval_feature(name, context)).value for name in experiments]

    return decide


def _feature(name: str) -> dict[str, Any]:
    rule = {
        "key": name,
        "seed": name,
        "hashAttribute": "id",
        "hashVersion": 2,
        "variations": list(ARMS),
        "weights": [0.5, 0.5],
        "coverage": 1,
        "condition": {"country": COUNTRY, "age": {"$gt": OLDER_THAN}},
    }
    return {"defaultValue": None, "rules": [rule]}


def _result_of(coroutine: Coroutine[Any, Any, Any]) -> Any:
    try:
        coroutine.send(None)
    except StopIteration as finished:
        return finished.value
    raise AssertionError("it waits")


if __name__ == "__main__":
    report("growthbook", load, note=_NOTE)
