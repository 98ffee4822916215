"""Microseconds per warm invocation of one row: the model alone, a bare handler, ours, and the hand-rolled peer."""

from collections.abc import Callable, Mapping

from rich.table import Table

from benchmarks import bare_handler, hand_rolled_fastapi
from benchmarks.example_event import BODY, FRAMEWORK_ROUTE, HOT_ROUTE, LambdaContext, an_event, request_body
from benchmarks.example_experiments import UNIT_PARAMETERS
from benchmarks.example_release import release_handler
from benchmarks.goals import Goal, Result
from benchmarks.model_alone import session_run
from benchmarks.stopwatch import Timing, time_in_turns
from sluice.catalog.model import RiskTier

_MODEL_ALONE = "session.run"
_BARE = "bare handler: parse, predict, answer"
_RECORD = "Sluice, hot route: checks, record written, metrics"
_EVERYTHING = "Sluice, the same for a unit of one sticky experiment"
_STORED = "Sluice, the same with the record put into a store in memory first"
_FRAMEWORK = "Sluice, the same request through FastAPI + Mangum"
_PEER = "hand-rolled FastAPI + Mangum: no checks, no record"
_GOAL_US = 45.0
_GOAL_SHARE = 1 / 8


def invocation_result(*, rounds: int = 20, calls_per_round: int = 200) -> Result:
    """Time every contender in turns and lay the figures beside that of the model alone."""
    timings = time_in_turns(_contenders(), rounds=rounds, calls_per_round=calls_per_round)
    above = {name: timing.median_us - timings[_MODEL_ALONE].median_us for name, timing in timings.items()}
    ours, peer = above[_EVERYTHING], above[_PEER]
    beside = f"hand-rolled FastAPI + Mangum {peer:.0f} µs, bare handler {above[_BARE]:.0f} µs"
    what = "1x30 JSON, everything on, minus session.run"
    goals = (
        Goal(what, ours, _GOAL_US, "µs", beside),
        Goal(f"{what} / the peer's", ours / peer, _GOAL_SHARE, "", beside),
    )
    return Result(_table(timings, above), goals)


def _table(timings: Mapping[str, Timing], above: Mapping[str, float]) -> Table:
    table = Table(
        "warm invocation, 1x30 JSON, 1 thread", "median µs", "p99 µs", "minus session.run, µs", "beside the peer"
    )
    for name, timing in timings.items():
        share = above[name] / above[_PEER]
        table.add_row(name, f"{timing.median_us:.1f}", f"{timing.p99_us:.1f}", f"{above[name]:.1f}", f"{share:.3f}")
    return table


def _contenders() -> dict[str, Callable[[], object]]:
    ours, bare, peer = release_handler(), bare_handler.build_handler(), hand_rolled_fastapi.build_handler()
    storing = release_handler(risk_tier=RiskTier.HIGH)
    context, hot, framework = LambdaContext(), an_event(HOT_ROUTE), an_event(FRAMEWORK_ROUTE)
    for_a_unit = an_event(HOT_ROUTE, request_body(parameters=UNIT_PARAMETERS))
    contenders: dict[str, Callable[[], object]] = {
        _MODEL_ALONE: session_run(BODY),
        _BARE: lambda: bare(hot, context),
        _RECORD: lambda: ours(hot, context),
        _EVERYTHING: lambda: ours(for_a_unit, context),
        _STORED: lambda: storing(for_a_unit, context),
        _FRAMEWORK: lambda: ours(framework, context),
        _PEER: lambda: peer(framework, context),
    }
    for name in list(contenders)[1:]:
        answer = contenders[name]()
        assert isinstance(answer, dict), name
        assert answer["statusCode"] == 200, (name, answer)
    return contenders
