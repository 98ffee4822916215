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


def _fastapi() -> dict[str, float]:
    """The peer: its model lies beside it, nothing is checked, no record is kept."""
    from benchmarks.example_event import HOT_ROUTE, LambdaContext, an_event
    from benchmarks.hand_rolled_fastapi import build_handler

    imports_ms = _since_ms(_started_ns)
    session_ns = perf_counter_ns()
    handler = build_handler()
    session_ms = _since_ms(session_ns)
    called_ns = perf_counter_ns()
    handler(an_event(HOT_ROUTE), LambdaContext())
    return {
        "imports": imports_ms,
        "release": 0.0,
        "session": session_ms,
        "first_inference": _since_ms(called_ns),
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


def _memory_mib() -> float:
    """What of this process is in memory now."""
    with open("/proc/self/statm", encoding="ascii") as opened:  # noqa: PTH123 - pathlib would be measured too
        return int(opened.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _since_ms(started_ns: int) -> float:
    return (perf_counter_ns() - started_ns) / 1e6


if __name__ == "__main__":
    measured = {"handler": _handler, "floor": _floor, "fastapi": _fastapi}[sys.argv[1]]()
    sys.stdout.write(json.dumps(measured | {"memory_mib": _memory_mib()}) + "\n")
    sys.stdout.flush()
    # Lambda freezes an environment after its answer; taking the interpreter apart is no part of a cold start.
    os._exit(0)
