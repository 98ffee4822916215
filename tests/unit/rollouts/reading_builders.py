"""Windows in which the sides did what a test wants."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sluice.analysis.moments import Moments
from sluice.rollouts.readings import SideReading, Window

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def a_side(
    requests: int,
    *,
    errors: float = 0.0,
    slow: float = 0.01,
    bad: float = 0.0,
    mean: float = 10.0,
    bins: Sequence[float] = (0.25, 0.25, 0.25, 0.25, 0.0, 0.0),
) -> SideReading:
    """Shares of its requests that were bad, one way or another; standard deviation of the metric: 2."""
    return SideReading(
        requests=requests,
        server_errors=round(requests * errors),
        warm_requests=requests,
        slow={9_900: round(requests * slow)},
        cold_starts=requests // 100,
        slow_cold={9_900: round(requests // 100 * slow)},
        bad_values=round(requests * bad),
        moments={it: Moments(requests, requests * mean, requests * (mean * mean + 4)) for it in ("score", "billed_ms")},
        bins={"label": tuple(round(requests * it) for it in bins)},
    )


def windows(*sides: tuple[SideReading, SideReading], minutes: int = 1) -> tuple[Window, ...]:
    """Of (candidate, stable), each for so many minutes."""
    pairs = [pair for pair in sides for _ in range(minutes)]
    return tuple(
        Window(START + timedelta(minutes=at), 60, stable, candidate) for at, (candidate, stable) in enumerate(pairs)
    )
