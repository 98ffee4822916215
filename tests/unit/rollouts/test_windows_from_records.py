"""What records say of both sides, minute by minute."""

import random
from datetime import datetime, timezone
from typing import Any

import pytest

from sluice.rollouts.minutes import minute_of, next_minute_of
from sluice.rollouts.readings import Baseline, Moments, SideReading, Window
from sluice.rollouts.windows_from_records import (
    BILLED,
    Watched,
    baseline_from_records,
    windows_from_records,
)
from tests.unit.rollouts.records import NOON, a_record, minutes

LATER = NOON + minutes(5)
WATCHED = Watched("churn", "1", "2", {"scores": (0.0, 0.5, 1.0)})
SLOW = Baseline({9_900: 20.0, 5_000: 10.0}, {9_900: 300.0})


def windows_of(records: list[Any], *, since: datetime = NOON, until: datetime = LATER) -> tuple[Window, ...]:
    return windows_from_records(records, WATCHED, since=since, until=until, baseline=SLOW)


def candidate_of(*records: Any) -> SideReading:
    (window,) = windows_of(list(records))
    return window.candidate


def test_both_sides_are_counted_by_the_minute_in_which_their_records_were_made() -> None:
    records = [a_record("1"), a_record("1", at=NOON + minutes(0.99)), a_record("2", at=NOON + minutes(1))]

    first, second = windows_of(records)

    assert (first.starts_at, first.seconds) == (NOON, 60)
    assert (first.stable.requests, first.candidate.requests) == (2, 0)
    assert second.starts_at == NOON + minutes(1)
    assert (second.stable.requests, second.candidate.requests) == (0, 1)


def test_a_minute_without_any_request_has_no_window() -> None:
    assert [it.starts_at for it in windows_of([a_record(), a_record(at=NOON + minutes(3))])] == [
        NOON,
        NOON + minutes(3),
    ]
    assert windows_of([]) == ()


@pytest.mark.parametrize(
    ("since", "until", "seen"),
    [(0.0, 3.0, [0, 1, 2]), (0.01, 3.0, [1, 2]), (0.0, 2.99, [0, 1]), (1.5, 2.5, []), (2.0, 1.0, [])],
)
def test_only_whole_minutes_of_the_time_asked_for_are_given(since: float, until: float, seen: list[int]) -> None:
    records = [a_record(at=NOON + minutes(it + 0.75)) for it in range(4)]

    windows = windows_of(records, since=NOON + minutes(since), until=NOON + minutes(until))

    assert [it.starts_at for it in windows] == [NOON + minutes(it) for it in seen]


def test_the_order_of_records_does_not_matter() -> None:
    draw = random.Random(5)
    records = [
        a_record(draw.choice("12"), at=NOON + minutes(draw.uniform(0, 5)), latency_ms=draw.choice([5.0, 25.0]))
        for _ in range(200)
    ]
    shuffled = draw.sample(records, len(records))

    assert windows_of(shuffled) == windows_of(records)


def test_slow_is_above_the_limit_of_each_quantile_warm_requests_and_first_ones_apart() -> None:
    side = candidate_of(
        a_record("2", latency_ms=10.0),
        a_record("2", latency_ms=10.1),
        a_record("2", latency_ms=20.1),
        a_record("2", latency_ms=250.0, cold_ms=300.0),
        a_record("2", latency_ms=5.0, cold_ms=300.1),
    )

    assert (side.warm_requests, side.slow) == (3, {9_900: 1, 5_000: 2})
    assert (side.cold_starts, side.slow_cold) == (2, {9_900: 1})


def test_failures_of_ours_are_errors_and_refusals_are_not() -> None:
    side = candidate_of(a_record("2", status=400), a_record("2", status=500), a_record("2"))

    assert (side.requests, side.server_errors) == (3, 1)


def test_an_answer_that_is_no_finite_number_is_a_bad_value_and_an_error() -> None:
    error = {"class": "NonFiniteOutput", "message": "answered nan"}
    side = candidate_of(a_record("2", status=500, error=error), a_record("2", status=500, error={"class": "KeyError"}))

    assert (side.bad_values, side.server_errors) == (1, 2)


def test_predictions_are_counted_by_the_frozen_bins() -> None:
    side = candidate_of(
        a_record("2", scores=[0.0, 0.49]),
        a_record("2", scores=[0.5, 1.0, 0.75]),
        a_record("2", scores=[None, "0.2", True]),
        a_record("2", scores=[]),
        a_record("2", scores=[-0.01, 1.01, 1e300, 7]),
    )

    assert side.bins == {"scores": (2, 3, 4, 4)}


def test_an_output_without_frozen_bins_and_an_answer_that_is_kept_elsewhere_are_in_no_bin() -> None:
    other = [{"name": "label", "data": [1]}]

    assert candidate_of(a_record("2", outputs=other), a_record("2", outputs_digest="a" * 64)).bins == {}


def test_cost_and_scores_have_moments_that_add_up() -> None:
    side = candidate_of(
        a_record("2", latency_ms=3.0, scores=[0.25, 0.75]), a_record("2", latency_ms=2.0, cold_ms=5.0, scores=[0.0])
    )

    assert side.moments == {BILLED: Moments(2, 8.0, 34.0), "scores": Moments(2, 0.5, 0.25)}


@pytest.mark.parametrize("purpose", ["warm-up", "shadow"])
def test_our_own_calls_count_for_nothing(purpose: str) -> None:
    assert windows_of([a_record("2", purpose=purpose)]) == ()


STRANGERS: list[Any] = [
    None,
    "text",
    7,
    [],
    {},
    a_record("2") | {"record": "assignment"},
    a_record("2") | {"model": "fraud"},
    a_record("2") | {"at": "yesterday"},
    a_record("2") | {"at": 1_795_219_200_000},
    a_record("2") | {"function_version": 2},
    a_record("2") | {"function_version": None},
    a_record("3"),
    {key: value for key, value in a_record("2").items() if key != "at"},
]


@pytest.mark.parametrize("stranger", STRANGERS, ids=range(len(STRANGERS)))
def test_what_is_no_record_of_either_side_counts_for_nothing(stranger: Any) -> None:
    assert windows_of([stranger]) == ()


@pytest.mark.parametrize(
    "member", [{"LatencyMs": "10"}, {"outputs": "scores"}, {"outputs": [None, {"data": 3}]}, {"error": "bad"}]
)
def test_a_member_that_is_not_of_its_type_counts_as_absent(member: dict[str, Any]) -> None:
    side = candidate_of(a_record("2") | member)

    assert (side.requests, side.bad_values, side.bins) == (1, 0, {})


def test_a_moment_without_a_zone_is_utc_and_another_zone_is_understood() -> None:
    local = NOON.astimezone(timezone(minutes(120)))

    (window,) = windows_of([a_record(at=NOON.replace(tzinfo=None)), a_record(at=local)])

    assert (window.starts_at, window.stable.requests) == (NOON, 2)


def test_minutes_begin_where_the_clock_says() -> None:
    assert next_minute_of(NOON) == minute_of(NOON + minutes(0.9)) == NOON
    assert next_minute_of(NOON + minutes(0.1)) == NOON + minutes(1)


def quantiles(records: list[Any]) -> Baseline:
    return baseline_from_records(
        records,
        model="churn",
        function_version="1",
        since=NOON,
        until=NOON + minutes(5),
        quantiles_bps=(5_000, 9_900),
    )


def test_quantiles_are_values_that_occurred_by_the_nearest_rank() -> None:
    records = [a_record(latency_ms=float(it)) for it in range(100, 0, -1)]
    records += [a_record(latency_ms=1.0, cold_ms=it) for it in (700.0, 300.0, 500.0)]

    assert quantiles(records) == Baseline({5_000: 50.0, 9_900: 99.0}, {5_000: 500.0, 9_900: 700.0})


def test_a_baseline_is_of_one_side_in_the_time_asked_for() -> None:
    strangers = [
        a_record("2"),
        a_record(at=NOON - minutes(0.01)),
        a_record(at=NOON + minutes(5)),
        a_record(purpose="shadow"),
        a_record() | {"LatencyMs": None},
    ]

    assert quantiles(strangers) == Baseline()
