"""Many rows in one request of JSON: ours beside what no server in Python can do without."""

from collections.abc import Callable, Mapping

import numpy as np
import orjson
from rich.table import Table

from benchmarks.example_event import HOT_ROUTE, LambdaContext, an_event, request_body
from benchmarks.example_experiments import UNIT_PARAMETERS
from benchmarks.example_release import release_handler
from benchmarks.goals import Goal, Result
from benchmarks.model_alone import session_run
from benchmarks.stopwatch import time_in_turns
from functions.inference.composition import Handler

_FLOOR = "orjson.loads + np.asarray + orjson.dumps"
_GOAL = 1.3


def batch_result(*, rounds: int = 10) -> Result:
    """32 and 1,024 rows, everything on."""
    table = Table("JSON of many rows", "Sluice, median µs", "session.run", "difference", _FLOOR, "ratio")
    ours, goals = release_handler(), []
    for rows, calls_per_round in ((32, 100), (1_024, 10)):
        timings = time_in_turns(_contenders(ours, rows), rounds=rounds, calls_per_round=calls_per_round)
        total, model, floor = (timing.median_us for timing in timings.values())
        cells = (total, model, total - model, floor)
        ratio = (total - model) / floor
        table.add_row(f"{rows:,}x30", *(f"{each:.0f}" for each in cells), f"{ratio:.2f}")
        figure = f"{rows:,}x30 JSON, everything on, minus session.run"
        goals.append(Goal(figure, ratio, _GOAL, "times", f"{_FLOOR} of the same bodies, {floor:.0f} µs"))
    return Result(table, tuple(goals))


def _contenders(ours: Handler, rows: int) -> Mapping[str, Callable[[], object]]:
    body, context = request_body(rows=rows, parameters=UNIT_PARAMETERS), LambdaContext()
    event = an_event(HOT_ROUTE, body)
    answer = ours(event, context)
    assert answer["statusCode"] == 200, answer
    return {
        "Sluice": lambda: ours(event, context),
        "session.run": session_run(body),
        _FLOOR: _floor(body.encode(), answer["body"]),
    }


def _floor(request: bytes, answer: str) -> Callable[[], object]:
    """The request's bytes to an array, and the answer's members, lists as they are, to bytes."""
    response = orjson.loads(answer)

    def codec() -> bytes:
        tensor = orjson.loads(request)["inputs"][0]
        np.asarray(tensor["data"], np.float32)
        return orjson.dumps(response)

    return codec
