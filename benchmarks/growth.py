"""Does a request take longer because there is more beside it: versions that are loaded, versions in the registry."""

from collections.abc import Callable

import onnx
from rich.table import Table

from benchmarks.example_event import HOT_ROUTE, MODEL_FILE, LambdaContext, an_event, request_body
from benchmarks.example_experiments import UNIT_PARAMETERS
from benchmarks.example_release import ReleasedExample, handler_of, released_example
from benchmarks.goals import Goal, Result
from benchmarks.stopwatch import time_in_turns
from sluice.catalog.release import MAX_VERSIONS_PER_RELEASE

_LOADED = 200
_REGISTERED = 10_000
_GOAL = 1.05
_ALONE = "1 version"
_MANY_LOADED = f"{_LOADED} versions loaded"
_MANY_REGISTERED = f"{_REGISTERED:,} versions in the registry"


def growth_result(*, rounds: int = 20, calls_per_round: int = 200) -> Result:
    """The same request, everything on, in a release alone and in company."""
    examples = {
        _ALONE: _loading(1),
        _MANY_LOADED: _loading(_LOADED),
        _MANY_REGISTERED: released_example(registered_versions=_REGISTERED),
    }
    contenders = {name: _asking(example) for name, example in examples.items()}
    timings = time_in_turns(contenders, rounds=rounds, calls_per_round=calls_per_round)
    table, goals = Table("growth, 1x30 JSON, everything on", "median µs", "ratio"), []
    for name, timing in timings.items():
        ratio = timing.median_us / timings[_ALONE].median_us
        table.add_row(name, f"{timing.median_us:.1f}", f"{ratio:.3f}")
        if name != _ALONE:
            goals.append(Goal(f"a request with {name}", ratio, _GOAL, "times", _beside(name)))
    return Result(table, tuple(goals))


def _beside(name: str) -> str:
    # A release takes fewer, so this one was written past `compose_release`; each version has a session of its own.
    past = f"; past a release's limit of {MAX_VERSIONS_PER_RELEASE}" if name == _MANY_LOADED else ""
    return f"{_ALONE}{past}"


def _loading(count: int) -> ReleasedExample:
    """A release that loads so many versions: the same trees, in files that differ in a remark."""
    model, files = onnx.load(MODEL_FILE), {}
    for number in range(2, 2 + count):
        model.doc_string = f"version {number}"
        files[number] = bytes(model.SerializeToString())
    return released_example().with_versions(files)


def _asking(example: ReleasedExample) -> Callable[[], object]:
    handler, context = handler_of(example), LambdaContext()
    event = an_event(HOT_ROUTE, request_body(parameters=UNIT_PARAMETERS))
    for number in example.release.versions:
        path = {"model_version": str(number)}
        answer = handler(event | {"pathParameters": path}, context)
        assert answer["statusCode"] == 200, answer
    return lambda: handler(event, context)
