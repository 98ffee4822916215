"""How often the judge is wrong, by simulation: 4,000 rollouts a cell; each claim at the 99 % interval of its share."""

from functools import cache

import numpy as np
import pytest

from sluice.analysis.moments import Moments
from sluice.rollouts.guardrail import Guardrail, GuardrailKind
from sluice.rollouts.judge import judge
from sluice.rollouts.readings import SideReading, Window
from sluice.rollouts.verdict import Verdict
from tests.statistical.rollout_simulation import (
    ALPHA,
    BAD,
    BEGIN,
    DOCUMENT,
    END,
    GOOD,
    LEVELS,
    LOOKS,
    RULES,
    Measured,
    Traffic,
    errors,
    interval,
    judged,
    measured,
)
from tests.unit.rollouts.reading_builders import windows

RUNS = 4_000
BINS = 10


@cache
def by_level() -> dict[Traffic, dict[str, Measured]]:
    return {traffic: measured(traffic, runs=RUNS, seed=10 * at) for at, traffic in enumerate(LEVELS)}


def fails(guardrail: Guardrail, seen: tuple[Window, ...]) -> bool:
    (found,) = judge([guardrail], step_windows=seen, all_windows=seen, minimum_requests=1)
    return found.verdict is Verdict.FAIL


@pytest.mark.parametrize("traffic", LEVELS, ids=str)
def test_a_release_that_is_no_worse_is_rolled_back_in_one_of_twenty_at_most(traffic: Traffic) -> None:
    _, highest = interval(by_level()[traffic]["judge"].false_alarms, RUNS)

    assert highest <= ALPHA


@pytest.mark.parametrize("traffic", LEVELS, ids=str)
def test_no_alarm_rule_is_better_than_the_judge_at_any_traffic(traffic: Traffic) -> None:
    ours = by_level()[traffic]["judge"]

    assert not [name for name, theirs in by_level()[traffic].items() if ours.is_dominated_by(theirs)]


def test_every_alarm_rule_is_noisy_or_blind_somewhere() -> None:
    for name in set(RULES) - {"judge"}:
        cells = [it[name] for it in by_level().values()]
        assert max(it.false_alarms for it in cells) > ALPHA or min(it.found for it in cells) < 0.2


@pytest.mark.parametrize(
    ("traffic", "found", "minutes"),
    [(LEVELS[0], 0.55, 30), (LEVELS[1], 0.99, 6), (LEVELS[2], 0.99, 1), (LEVELS[3], 0.99, 1)],
)
def test_six_times_the_errors_are_found(traffic: Traffic, found: float, minutes: int) -> None:
    ours = by_level()[traffic]["judge"]

    assert interval(ours.found, RUNS)[0] >= found
    assert ours.minutes is not None
    assert ours.minutes <= minutes


@pytest.mark.parametrize("traffic", LEVELS, ids=str)
@pytest.mark.parametrize("rate", [GOOD, BAD])
def test_the_simulation_says_what_the_judge_says(traffic: Traffic, rate: float) -> None:
    candidate, stable = errors(traffic, rate, runs=3, seed=99)
    guardrail = Guardrail("errors", GuardrailKind.ERRORS)
    for run, alarms in enumerate(judged(traffic, candidate, stable)):
        sides = [
            (_failing(traffic.candidate, one), _failing(traffic.stable, other))
            for one, other in zip(candidate[run], stable[run], strict=True)
        ]
        looks = [1, 2, 5, 20, LOOKS, int(alarms.argmax()) + 1, max(1, int(alarms.argmax()))]
        for look in looks:
            assert fails(guardrail, windows(*sides[:look])) == alarms[look - 1]


def test_a_cost_that_is_no_higher_is_rolled_back_in_one_of_twenty_at_most() -> None:
    """Exponential, which is skewed; 600 requests a minute, 5 % of them the candidate's; a look every sixth minute."""
    runs, wrong = 200, 0
    guardrail = Guardrail("cost", GuardrailKind.COST, floor=1.0)
    draw = np.random.default_rng(4)
    for _ in range(runs):
        sides = [(_billed(draw, 30), _billed(draw, 570)) for _ in range(LOOKS)]
        seen = windows(*sides)
        wrong += any(fails(guardrail, seen[:look]) for look in range(6, LOOKS + 1, 6))

    assert interval(wrong / runs, runs)[1] <= ALPHA


def test_predictions_that_did_not_move_are_rolled_back_in_one_of_twenty_at_most() -> None:
    runs, wrong = 150, 0
    guardrail = Guardrail("labels", GuardrailKind.DISTRIBUTION, metric="label", floor=0.0)
    draw = np.random.default_rng(5)
    for _ in range(runs):
        counts = [draw.multinomial(requests, [1 / BINS] * BINS, LOOKS) for requests in (30, 570)]
        readings = [[SideReading(int(it.sum()), bins={"label": tuple(map(int, it))}) for it in side] for side in counts]
        seen = windows(*zip(*readings, strict=True))
        wrong += any(fails(guardrail, seen[:look]) for look in range(10, LOOKS + 1, 10))

    assert interval(wrong / runs, runs)[1] <= ALPHA


def test_the_documented_table_is_of_these_levels_and_holds_the_error() -> None:
    printed = DOCUMENT.read_text().split(BEGIN)[1].split(END)[0]
    rows = [line for line in printed.splitlines() if " at " in line]

    assert [row.split("|")[1].strip() for row in rows] == [f"{it.requests:,} at {it.weight_percent} %" for it in LEVELS]
    assert all(float(row.split("|")[5].split("%")[0]) / 100 <= ALPHA for row in rows)


def _failing(requests: int, errors: int) -> SideReading:
    return SideReading(requests=requests, server_errors=int(errors))


def _billed(draw: np.random.Generator, requests: int) -> SideReading:
    values = draw.exponential(40.0, requests)
    moments = Moments(requests, float(values.sum()), float((values**2).sum()))
    return SideReading(requests=requests, moments={"billed_ms": moments})
