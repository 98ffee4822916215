"""Costs against arithmetic that was published with the prices."""

from dataclasses import replace

import pytest

from sluice.cost.estimate import Estimate, break_even_rps, estimate
from sluice.cost.footprint import Footprint, ModelFootprint, Workload
from sluice.cost.price_table import Price, load_prices

PRICES = load_prices()
MILLION_A_MONTH = 1_000_000 / (30 * 24 * 3_600)
MODEL = ModelFootprint("churn", memory_mb=1_769, alarm_count=5)
PLAIN = Footprint(
    name="dev",
    architecture="arm64",
    models=(MODEL,),
    key_count=0,
    uses_rest_api=False,
    has_web_acl=False,
    ships_records=False,
    is_watched=False,
)


def with_model(**changes: object) -> Footprint:
    return replace(PLAIN, models=(replace(MODEL, **changes),))  # type: ignore[arg-type]


def line(found: Estimate, component: str) -> float:
    [usd] = [line.usd for line in found.lines if line.component == component]
    return usd


def test_a_million_predictions_of_ten_milliseconds() -> None:
    found = estimate(PLAIN, Workload(rps=MILLION_A_MONTH, ms=10), PRICES)

    assert line(found, "Lambda duration") == pytest.approx(0.23, abs=0.005)
    assert line(found, "Lambda requests") == pytest.approx(0.20)
    assert line(found, "API Gateway") == pytest.approx(1.00)


def test_a_rest_api_costs_three_and_a_half_times_as_much() -> None:
    found = estimate(replace(PLAIN, uses_rest_api=True), Workload(rps=MILLION_A_MONTH, ms=10), PRICES)

    assert line(found, "API Gateway") == pytest.approx(3.50)


def test_the_cache_of_one_version_all_month() -> None:
    found = estimate(with_model(starts_from_snapshot=True), Workload(rps=0, ms=5, versions=1), PRICES)

    assert found.idle_usd == pytest.approx(6.7, abs=0.05)


def test_one_environment_kept_ready_all_month() -> None:
    found = estimate(with_model(provisioned_environments=1), Workload(rps=0, ms=5, versions=1), PRICES)

    assert found.idle_usd == pytest.approx(14.9, abs=0.05)


def test_nothing_declared_and_nobody_asking_costs_nothing() -> None:
    assert estimate(PLAIN, Workload(rps=0, ms=5), PRICES).total_usd == 0


def test_keys_alarms_and_dashboards_are_paid_while_idle() -> None:
    found = estimate(replace(PLAIN, key_count=4, is_watched=True), Workload(rps=0, ms=5), PRICES)

    assert found.idle_usd == found.total_usd == pytest.approx(4 + 0.5 + 3)


def test_where_environments_are_kept_ready_running_costs_less() -> None:
    busy = Workload(rps=MILLION_A_MONTH, ms=10)
    found = estimate(with_model(provisioned_environments=1), busy, PRICES)

    assert line(found, "Lambda duration, kept ready") == pytest.approx(0.1344, abs=0.0005)


def test_records_of_high_risk_are_stored_one_by_one() -> None:
    found = estimate(PLAIN, Workload(rps=MILLION_A_MONTH, ms=10, stored_share=0.5), PRICES)

    assert line(found, "Stored records") == pytest.approx(2.50)


def test_firehose_rounds_every_record_up() -> None:
    found = estimate(replace(PLAIN, ships_records=True), Workload(MILLION_A_MONTH, 10, record_bytes=5_001), PRICES)

    assert line(found, "Firehose") == pytest.approx(10 * 0.029)


def test_a_sticky_experiment_costs_a_query_and_once_a_write() -> None:
    found = estimate(PLAIN, Workload(MILLION_A_MONTH, 10, unit_share=1.0, first_share=1.0), PRICES)

    assert line(found, "Units read") == pytest.approx(0.0625)
    assert line(found, "Assignments") == pytest.approx(0.625)


def test_a_million_outcomes_cost_what_their_objects_do_and_half_as_much_again() -> None:
    found = estimate(PLAIN, Workload(MILLION_A_MONTH, 10, outcome_share=1.0), PRICES)
    parts = {each.component: each.usd for each in found.lines if each.component.startswith("Outcomes")}

    assert parts == pytest.approx(
        {
            "Outcomes, API Gateway": 1.00,
            "Outcomes, Lambda requests": 0.40,
            "Outcomes, queue": 1.20,
            "Outcomes, stored": 5.00,
        }
    )


def test_a_queue_is_asked_all_month_whether_or_not_anybody_fills_it() -> None:
    found = estimate(replace(PLAIN, polled_queue_count=1), Workload(rps=0, ms=5), PRICES)

    assert found.idle_usd == found.total_usd == pytest.approx(0.2592)


def test_a_rollout_of_ten_hours_costs_its_ticks_whether_or_not_anybody_asks() -> None:
    found = estimate(PLAIN, Workload(rps=0, ms=5, rollouts=1, rollout_hours=10), PRICES)
    parts = {each.component: each.usd for each in found.lines}

    assert parts == pytest.approx(
        {
            "Rollouts, waiting": 600 * 3 * 0.000025,
            "Rollouts, metrics read": 600 * 60 * 0.00001,
            "Rollouts, judging": 600 * 0.5 * 0.0000133334,
            "Rollouts, Lambda requests": 600 * 0.0000002,
            "Rollouts, state read": 600 * 6 * 0.000000125,
            "Rollouts, state kept": 600 * 8 * 0.000000625,
        }
    )
    assert found.idle_usd == 0


def test_two_rollouts_of_five_hours_cost_what_one_of_ten_does() -> None:
    def usd(rollouts: float, hours: float) -> float:
        return estimate(PLAIN, Workload(rps=0, ms=5, rollouts=rollouts, rollout_hours=hours), PRICES).total_usd

    assert usd(2, 5) == pytest.approx(usd(1, 10))


def test_a_failsafe_looks_all_month_whether_or_not_anything_rolls_out() -> None:
    found = estimate(replace(PLAIN, has_failsafe=True), Workload(rps=0, ms=5), PRICES)
    looks = 30 * 24 * 60

    assert found.idle_usd == found.total_usd
    assert found.idle_usd == pytest.approx(looks * (0.000001 + 0.0000002 + 0.000000125 + 0.02 * 0.0000133334))


def test_the_break_even_counts_experiments_too() -> None:
    plain, rich = Workload(rps=0, ms=5), Workload(rps=0, ms=5, unit_share=1, first_share=1, outcome_share=1)

    def rps(workload: Workload) -> float:
        return break_even_rps(PLAIN, workload, PRICES, endpoint_usd_per_hour=1.0)

    assert rps(rich) < rps(plain) / 2


def test_tiers_are_paid_one_after_the_other() -> None:
    price = Price("unit", 3.0, "nowhere", tiers=((10, 3.0), (20, 2.0), (float("inf"), 1.0)))

    assert [price.of(units) for units in (5, 10, 15, 25)] == [15, 30, 40, 55]


@pytest.mark.parametrize("name", ["lambda_gb_second_arm64", "lambda_gb_second_x86_64", "rest_api_request"])
def test_a_prices_first_tier_is_the_price(name: str) -> None:
    price = PRICES[name]

    assert price.tiers[0][1] == price.usd
    assert price.tiers[-1][0] == float("inf")


def test_at_the_break_even_both_cost_the_same() -> None:
    workload = Workload(rps=0, ms=20)
    rps = break_even_rps(PLAIN, workload, PRICES, endpoint_usd_per_hour=1.0)

    assert estimate(PLAIN, replace(workload, rps=rps), PRICES).total_usd == pytest.approx(720, rel=0.005)


def test_an_endpoint_that_costs_less_than_idling_is_always_cheaper() -> None:
    watched = replace(PLAIN, key_count=4)

    assert break_even_rps(watched, Workload(0, 5), PRICES, endpoint_usd_per_hour=0.001) == 0
