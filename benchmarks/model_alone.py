"""What every figure is held against: the model by itself, on one thread, as Sluice runs it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import onnxruntime
import orjson

from benchmarks.example_event import MODEL_FILE


def model_session(model: Any = MODEL_FILE) -> onnxruntime.InferenceSession:
    """A session of a file's path, or of its bytes."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def session_run(body: bytes | str) -> Callable[[], object]:
    """`session.run` of the trees, with the tensor of a request's JSON already made."""
    session, tensor = model_session(), orjson.loads(body)["inputs"][0]
    feed = {tensor["name"]: np.array(tensor["data"], np.float32).reshape(tensor["shape"])}
    return lambda: session.run(None, feed)
