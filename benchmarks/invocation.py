"""Microseconds per warm invocation: the model alone, our two entrances, and the hand-rolled peer."""

from collections.abc import Callable

import numpy as np
import onnxruntime
import orjson
from rich.table import Table

from benchmarks import hand_rolled_fastapi
from benchmarks.example_event import BODY, FRAMEWORK_ROUTE, HOT_ROUTE, MODEL_FILE, LambdaContext, an_event
from benchmarks.example_experiments import ATTRIBUTES, UNIT
from benchmarks.example_release import release_handler
from benchmarks.stopwatch import Timing, time_in_turns

_MODEL_ALONE = "session.run"


def invocation_table(*, rounds: int = 20, calls_per_round: int = 200) -> Table:
    """Time every contender in turns and lay the figures beside that of the model alone."""
    timings = time_in_turns(_contenders(), rounds=rounds, calls_per_round=calls_per_round)
    model_alone = timings[_MODEL_ALONE]
    table = Table("warm invocation, 1x30 JSON, 1 thread", "median µs", "p99 µs", "minus session.run, µs", "ratio")
    for name, timing in timings.items():
        table.add_row(name, *_cells(timing, model_alone))
    return table


def _cells(timing: Timing, model_alone: Timing) -> tuple[str, ...]:
    above = timing.median_us - model_alone.median_us
    ratio = timing.median_us / model_alone.median_us
    return f"{timing.median_us:.1f}", f"{timing.p99_us:.1f}", f"{above:.1f}", f"{ratio:.1f}"


def _contenders() -> dict[str, Callable[[], object]]:
    ours, peer, context = release_handler(), hand_rolled_fastapi.build_handler(), LambdaContext()
    hot, framework = an_event(HOT_ROUTE), an_event(FRAMEWORK_ROUTE)
    unit = {"sluice_unit": UNIT, **{f"sluice_attr_{name}": value for name, value in ATTRIBUTES.items()}}
    for_a_unit = an_event(HOT_ROUTE, parameters=unit)
    contenders: dict[str, Callable[[], object]] = {
        _MODEL_ALONE: _session_run(),
        "Sluice, hot route, record stored and written": lambda: ours(hot, context),
        "Sluice, the same for a unit of one sticky experiment, state cached": lambda: ours(for_a_unit, context),
        "Sluice, the same request through FastAPI + Mangum": lambda: ours(framework, context),
        "hand-rolled FastAPI + Mangum, no record, no checks": lambda: peer(framework, context),
    }
    for name in list(contenders)[1:]:
        answer = contenders[name]()
        assert isinstance(answer, dict), name
        assert answer["statusCode"] == 200, (name, answer)
    return contenders


def _session_run() -> Callable[[], object]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(MODEL_FILE, options, providers=["CPUExecutionProvider"])
    tensor = orjson.loads(BODY)["inputs"][0]
    feed = {tensor["name"]: np.array(tensor["data"], np.float32).reshape(tensor["shape"])}
    return lambda: session.run(None, feed)
