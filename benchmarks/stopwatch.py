"""Times several ways of doing the same work in turns, so that a machine that slows down slows them all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter_ns


@dataclass(frozen=True, slots=True)
class Timing:
    """Microseconds per call."""

    median_us: float
    p99_us: float


def time_in_turns(
    contenders: Mapping[str, Callable[[], object]], *, rounds: int, calls_per_round: int
) -> dict[str, Timing]:
    """Each contender, called `calls_per_round` times in each of `rounds`; the first round only warms up."""
    samples: dict[str, list[int]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, call in contenders.items():
            durations = [_duration_ns(call) for _ in range(calls_per_round)]
            if turn:
                samples[name] += durations
    return {name: _summary(durations) for name, durations in samples.items()}


def _duration_ns(call: Callable[[], object]) -> int:
    started_ns = perf_counter_ns()
    call()
    return perf_counter_ns() - started_ns


def _summary(durations_ns: list[int]) -> Timing:
    cuts = quantiles(durations_ns, n=100)
    return Timing(cuts[49] / 1000, cuts[98] / 1000)
