"""The least that a handler can do: parse, predict, answer. No checks, no record, no versions, no framework."""

from collections.abc import Callable
from typing import Any

import numpy as np
import orjson

from benchmarks.model_alone import model_session


def build_handler() -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """A Lambda handler for the one route."""
    session = model_session()

    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        del context
        tensor = orjson.loads(event["body"])["inputs"][0]
        features = np.array(tensor["data"], np.float32).reshape(tensor["shape"])
        outputs = [array.tolist() for array in session.run(None, {tensor["name"]: features})]
        body = orjson.dumps({"outputs": outputs}).decode()
        return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": body}

    return handle
