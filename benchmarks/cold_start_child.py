"""One fresh process of `cold_start`: serve one request, print the milliseconds of each part, leave."""

import json
import os
import sys
from contextlib import redirect_stdout
from io import StringIO
from time import perf_counter_ns

_started_ns = perf_counter_ns()


def _handler() -> dict[str, float]:
    """The handler as Lambda runs it: settings from the environment, release and artefact from S3."""
    from functions.inference.handler import handler

    ready_ms = _since_ms(_started_ns)
    # Imported only now, because Lambda would not import it.
    from benchmarks.example_event import HOT_ROUTE, LambdaContext, an_event

    called_ns = perf_counter_ns()
    with redirect_stdout(StringIO()) as records:
        handler(an_event(HOT_ROUTE), LambdaContext())
    first_ms = _since_ms(called_ns)
    init = json.loads(records.getvalue())["init"]
    imports_ms = ready_ms - init["release_ms"] - init["session_ms"]
    return {
        "imports": imports_ms,
        "release": init["release_ms"],
        "session": init["session_ms"],
        "first_inference": first_ms,
    }


def _floor() -> dict[str, float]:
    """What no handler of an ONNX model can do without; the request is parsed and the answer made elsewhere."""
    import numpy as np
    import onnxruntime

    imports_ms = _since_ms(_started_ns)
    from benchmarks.example_event import MODEL_FILE

    session_ns = perf_counter_ns()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(MODEL_FILE, options, providers=["CPUExecutionProvider"])
    session_ms = _since_ms(session_ns)
    called_ns = perf_counter_ns()
    session.run(None, {"features": np.zeros((1, 30), np.float32)})
    return {
        "imports": imports_ms,
        "release": 0.0,
        "session": session_ms,
        "first_inference": _since_ms(called_ns),
    }


def _since_ms(started_ns: int) -> float:
    return (perf_counter_ns() - started_ns) / 1e6


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"handler": _handler, "floor": _floor}[sys.argv[1]]()) + "\n")
    sys.stdout.flush()
    # Lambda freezes an environment after its answer; taking the interpreter apart is no part of a cold start.
    os._exit(0)
