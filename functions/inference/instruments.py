"""What predictions are timed, dated and named with."""

from collections.abc import Callable
from dataclasses import field
from os import urandom
from time import perf_counter_ns

from sluice.clock import Clock, SystemClock
from sluice.frozen import frozen


def new_prediction_id() -> str:
    """32 hexadecimal digits that no other prediction has."""
    return urandom(16).hex()


@frozen
class Instruments:
    """`timer_ns` is monotonic and measures durations; `clock` dates records."""

    clock: Clock = field(default_factory=SystemClock)
    timer_ns: Callable[[], int] = perf_counter_ns
    new_prediction_id: Callable[[], str] = new_prediction_id
