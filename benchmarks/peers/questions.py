"""What every peer is asked, how its answers are checked, and how they are timed. Standard library only.

An experiment has two arms of equal weight and one condition: country is DE and age is above 18. A peer is told
what it needs to know of a unit at each call, as with a request; it records no exposure and asks no network.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import cycle
from typing import Protocol

from benchmarks.stopwatch import time_in_turns

ARMS = ("control", "treatment")
COUNTRY, OLDER_THAN = "DE", 18
_UNITS = [f"unit-{number}" for number in range(1_000)]
_ADULT = OLDER_THAN + 12


class Decide(Protocol):
    """A client with its definitions."""

    def __call__(self, unit: str, country: str, age: int, experiments: Sequence[str]) -> list[str | None]:
        """The unit's arm in each of the named experiments, None where it is not eligible."""
        ...


Load = Callable[[Sequence[str]], Decide]
"""Makes a client that has so many running experiments, by their names."""


def names(count: int) -> list[str]:
    """The running experiments."""
    return [f"experiment-{number}" for number in range(count)]


def report(package: str, load: Load, *, note: str, finds_by_name: bool = True) -> None:
    """Check the peer's answers, time them, and print the figures as one line of JSON.

    Without `finds_by_name` the peer has no set of running experiments, of which a thousand could be.
    """
    one, hundred = load(names(1)), load(names(100))
    check(one)
    contenders = {"one_us": _asked(one, names(1))}
    if finds_by_name:
        contenders["thousand_us"] = _asked(load(names(1_000)), names(1_000)[500:501])
    timings = time_in_turns(contenders, rounds=20, calls_per_round=200)
    timings |= time_in_turns({"hundred_us": _asked(hundred, names(100))}, rounds=10, calls_per_round=20)
    medians = {what: timing.median_us for what, timing in timings.items()}
    figure = {"name": package, "version": version(package), "thousand_us": None, "note": note} | medians
    sys.stdout.write(json.dumps(figure) + "\n")


def median_us(decide: Decide) -> float:
    """The median of one decision of one experiment."""
    contender = {"one": _asked(decide, names(1))}
    return time_in_turns(contender, rounds=20, calls_per_round=200)["one"].median_us


def check(decide: Decide) -> None:
    """A peer that answers nonsense is not worth timing. Raises AssertionError."""

    def arm(unit: str, country: str, age: int) -> str | None:
        [answer] = decide(unit, country, age, names(1))
        return answer

    counts = Counter(arm(unit, COUNTRY, _ADULT) for unit in _UNITS)
    assert set(counts) == set(ARMS), counts
    # Four standard deviations of a fair coin.
    assert abs(counts["control"] - 500) < 64, counts
    assert {arm(unit, "FR", _ADULT) for unit in _UNITS} == {None}
    assert {arm(unit, COUNTRY, OLDER_THAN) for unit in _UNITS} == {None}


def _asked(decide: Decide, experiments: Sequence[str]) -> Callable[[], object]:
    """Another unit at each call, so that nobody answers from memory."""
    units = cycle(_UNITS)
    return lambda: decide(next(units), COUNTRY, _ADULT, experiments)
