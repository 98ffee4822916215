"""The judge: four verdicts, what each rests on, and what they cost when one looks again and again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from sluice.analysis.moments import Moments
from sluice.rollouts.guardrail import Guardrail, GuardrailKind, WorseIs
from sluice.rollouts.judge import judge
from sluice.rollouts.readings import SideReading, Window
from sluice.rollouts.verdict import Judgement, Verdict
from tests.unit.rollouts.reading_builders import a_side, windows

ERRORS = Guardrail("errors", GuardrailKind.ERRORS)
SLOW = Guardrail("slow", GuardrailKind.SLOW)
COLD = Guardrail("cold", GuardrailKind.COLD, minimum_requests=5)
QUALITY = Guardrail("quality", GuardrailKind.DATA_QUALITY)
SCORE = Guardrail("score", GuardrailKind.MEAN, metric="score", worse_is=WorseIs.EITHER)
COST = Guardrail("cost", GuardrailKind.COST)
LABELS = Guardrail("labels", GuardrailKind.DISTRIBUTION, metric="label")
EVERY = (ERRORS, SLOW, COLD, QUALITY, SCORE, COST, LABELS)
GOOD = a_side(1_000, errors=0.005)
STABLE = a_side(19_000, errors=0.005)
SHIFTED = (0.1, 0.2, 0.3, 0.4, 0.0, 0.0)


def judged(
    guardrail: Guardrail, all_windows: Sequence[Window], *, step_windows: Sequence[Window] | None = None
) -> Judgement:
    step = all_windows if step_windows is None else step_windows
    (judgement,) = judge([guardrail], step_windows=step, all_windows=all_windows, minimum_requests=100)
    return judgement


def test_a_release_that_is_no_worse_passes_everything() -> None:
    seen = windows((GOOD, STABLE), minutes=5)
    judgements = judge(EVERY, step_windows=seen, all_windows=seen, minimum_requests=1_000)

    assert {it.guardrail: it.verdict for it in judgements} == {it.key: Verdict.PASS for it in EVERY}
    assert all(it.requests_needed == 0 and it.numbers for it in judgements)


@pytest.mark.parametrize(
    ("guardrail", "bad"),
    [
        (ERRORS, a_side(1_000, errors=0.03)),
        (SLOW, a_side(1_000, slow=0.05)),
        (COLD, a_side(1_000, slow=0.8)),
        (QUALITY, a_side(1_000, bad=0.02)),
        (SCORE, a_side(1_000, mean=13.0)),
        (SCORE, a_side(1_000, mean=7.0)),
        (COST, a_side(1_000, mean=13.0)),
        (LABELS, a_side(1_000, bins=SHIFTED)),
        (LABELS, a_side(1_000, bins=(0.2, 0.2, 0.2, 0.2, 0.2, 0.0))),
    ],
)
def test_what_is_worse_fails_its_guardrail_beside_all_others(guardrail: Guardrail, bad: SideReading) -> None:
    seen = windows((bad, STABLE), minutes=5)
    judgements = judge(EVERY, step_windows=seen, all_windows=seen, minimum_requests=100)
    (found,) = (it for it in judgements if it.guardrail == guardrail.key)

    assert found.verdict is Verdict.FAIL
    assert found.numbers["e_value"] >= found.numbers["threshold"] == pytest.approx(len(EVERY) / 0.05)


@pytest.mark.parametrize("guardrail", EVERY)
@pytest.mark.parametrize("sides", [(SideReading(), STABLE), (GOOD, SideReading()), (SideReading(), SideReading())])
def test_no_data_of_a_side_is_no_good_news(guardrail: Guardrail, sides: tuple[SideReading, SideReading]) -> None:
    found = judged(guardrail, windows(sides, minutes=5))

    assert found.verdict is Verdict.NO_DATA
    assert found.requests_needed >= guardrail.minimum_requests
    assert judged(guardrail, ()).verdict is Verdict.NO_DATA


def test_a_crashing_init_fails_on_its_first_requests_though_nothing_else_is_seen_of_it() -> None:
    crashed = SideReading(requests=3, server_errors=3)
    seen = windows((crashed, a_side(57)))
    errors, slow = judge([ERRORS, SLOW], step_windows=seen, all_windows=seen, minimum_requests=100)

    assert errors.verdict is Verdict.FAIL
    assert slow.verdict is Verdict.NO_DATA


def test_too_few_requests_say_how_many_are_missing() -> None:
    found = judged(ERRORS, windows((a_side(30), a_side(570))))

    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.requests_needed == 70
    assert found.why == "30 requests of the candidate, 100 are needed"


def test_too_few_of_the_stable_side_are_counted_in_requests_of_the_candidate() -> None:
    found = judged(ERRORS, windows((a_side(900), a_side(50))))

    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.requests_needed == 900


def test_a_guardrails_own_minimum_counts_what_it_looks_at() -> None:
    some_warm = SideReading(requests=1_000, warm_requests=50, slow={9_900: 0})
    found = judged(SLOW, windows((some_warm, STABLE)))

    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.requests_needed == 1_000
    assert "50 warm requests" in found.why


def test_latency_without_a_baseline_is_no_data() -> None:
    unknown = replace(GOOD, slow={})

    assert judged(SLOW, windows((unknown, unknown))).verdict is Verdict.NO_DATA


def test_what_was_good_in_an_earlier_step_passes_no_later_one() -> None:
    before = windows((GOOD, STABLE), minutes=10)

    assert judged(ERRORS, before, step_windows=()).verdict is Verdict.NO_DATA
    assert judged(ERRORS, before, step_windows=before[:1]).verdict is Verdict.PASS


def test_what_was_bad_in_an_earlier_step_fails_every_later_one() -> None:
    bad, good = (a_side(1_000, errors=0.05), STABLE), (GOOD, STABLE)
    seen = windows(bad, bad, good)

    assert judged(ERRORS, seen, step_windows=()).verdict is Verdict.FAIL
    assert judged(ERRORS, seen, step_windows=seen[2:]).verdict is Verdict.FAIL


def test_evidence_half_way_to_a_failure_is_not_enough_to_pass() -> None:
    found = judged(ERRORS, windows((a_side(400, errors=0.01), a_side(4_000, errors=0.0015))))

    assert found.numbers["threshold"] ** 0.5 <= found.numbers["e_value"] < found.numbers["threshold"]
    assert found.verdict is Verdict.INCONCLUSIVE
    assert 1 <= found.requests_needed <= 400


def test_what_is_certain_and_does_not_matter_passes() -> None:
    slower = windows((a_side(50_000, mean=10.4), a_side(50_000)), minutes=5)
    certain = judged(COST, slower)

    assert certain.numbers["e_value"] >= certain.numbers["threshold"]
    assert certain.verdict is Verdict.PASS
    assert judged(replace(COST, floor=1.02), slower).verdict is Verdict.FAIL


def test_a_ratio_bound_allows_what_is_below_it() -> None:
    twice = windows((a_side(5_000, errors=0.01), a_side(50_000, errors=0.005)), minutes=5)

    assert judged(ERRORS, twice).verdict is Verdict.FAIL
    assert judged(replace(ERRORS, ratio_bound=2.5), twice).verdict is Verdict.PASS


def test_an_absolute_bound_holds_though_the_stable_side_is_as_bad() -> None:
    both = windows((a_side(1_000, errors=0.08), a_side(1_000, errors=0.08)), minutes=3)

    assert judged(ERRORS, both).verdict is Verdict.PASS
    found = judged(replace(ERRORS, absolute=0.02), both)
    assert found.verdict is Verdict.FAIL
    assert "allowed 2.000%" in found.why
    assert found.numbers["absolute_threshold"] == 40


def test_an_absolute_bound_alone_does_not_ask_for_the_stable_side() -> None:
    alone = windows((a_side(1_000, errors=0.001), SideReading()))

    assert judged(replace(ERRORS, ratio_bound=None, absolute=0.02), alone).verdict is Verdict.PASS


def test_a_mean_is_held_against_an_absolute_bound_too() -> None:
    found = judged(
        replace(COST, ratio_bound=None, absolute=11.0), windows((a_side(1_000, mean=12.0), SideReading()), minutes=3)
    )

    assert found.verdict is Verdict.FAIL
    assert found.numbers["candidate_mean"] == pytest.approx(12.0)


@pytest.mark.parametrize(
    ("worse_is", "mean", "fails"),
    [
        (WorseIs.HIGHER, 13.0, True),
        (WorseIs.HIGHER, 7.0, False),
        (WorseIs.LOWER, 7.0, True),
        (WorseIs.LOWER, 13.0, False),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_mean_gets_worse_in_its_direction_whatever_its_sign(
    worse_is: WorseIs, mean: float, fails: bool, sign: int
) -> None:
    towards = {1: worse_is, -1: WorseIs.LOWER if worse_is is WorseIs.HIGHER else WorseIs.HIGHER}[sign]
    seen = windows((a_side(1_000, mean=sign * mean), a_side(1_000, mean=sign * 10)), minutes=3)
    found = judged(replace(SCORE, worse_is=towards, ratio_bound=1.05), seen)

    assert (found.verdict is Verdict.FAIL) is fails


def test_a_mean_is_not_judged_before_its_guarantee_holds() -> None:
    far_off = windows((a_side(60, mean=100.0), STABLE))
    found = judged(replace(COST, minimum_requests=1), far_off)

    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.requests_needed == 40


def test_a_shift_that_chance_makes_too_does_not_fail_and_does_not_pass() -> None:
    found = judged(LABELS, windows((a_side(120, bins=(0.15, 0.2, 0.25, 0.4, 0.0, 0.0)), STABLE)))

    assert found.numbers["psi"] > found.numbers["psi_limit"] > 0.0
    assert found.verdict is Verdict.INCONCLUSIVE


def test_a_shift_below_the_floor_passes_however_certain() -> None:
    shifted = windows((a_side(50_000, bins=(0.3, 0.2, 0.25, 0.25, 0.0, 0.0)), STABLE), minutes=3)
    found = judged(LABELS, shifted)

    assert found.numbers["e_value"] > found.numbers["threshold"]
    assert found.verdict is Verdict.PASS


def test_predictions_that_change_through_the_day_for_both_sides_are_no_shift() -> None:
    morning, evening = (0.7, 0.1, 0.1, 0.1, 0.0, 0.0), (0.1, 0.1, 0.1, 0.7, 0.0, 0.0)
    seen = windows(
        (a_side(1_000, bins=morning), a_side(19_000, bins=morning)),
        (a_side(10_000, bins=evening), a_side(10_000, bins=evening)),
    )

    assert judged(LABELS, seen).numbers["psi"] == pytest.approx(0, abs=1e-9)
    assert judged(LABELS, seen).verdict is Verdict.PASS


def test_rare_requests_of_both_sides_are_put_together() -> None:
    """One request a minute: hardly a minute has both sides, and three errors in a row are still seen."""
    bad, good = SideReading(requests=1, server_errors=1), SideReading(requests=1)
    nothing = SideReading()
    seen = windows(*[(nothing, good)] * 5, (bad, nothing), minutes=1) * 6

    assert judged(ERRORS, seen).verdict is Verdict.FAIL


def test_sides_that_never_come_at_about_the_same_time_are_not_compared() -> None:
    apart = windows(*[(GOOD, SideReading())] * 20, *[(SideReading(), STABLE)] * 20)
    found = judged(ERRORS, apart)

    assert found.verdict is Verdict.INCONCLUSIVE
    assert "e_value" not in found.numbers


def test_a_regression_after_hours_is_found_as_the_first_one_would_be() -> None:
    hours = windows((GOOD, STABLE), minutes=540)
    bad = windows((a_side(1_000, errors=0.03, mean=14.0, bins=SHIFTED), STABLE), minutes=3)
    seen = (*hours, *bad)
    verdicts = {it.guardrail: it for it in judge(EVERY, step_windows=bad, all_windows=seen, minimum_requests=100)}

    for key in ("errors", "score", "cost", "labels"):
        assert verdicts[key].verdict is Verdict.FAIL, verdicts[key]


def test_the_guardrails_of_a_plan_share_its_error() -> None:
    seen = windows((a_side(1_000, errors=0.015), STABLE))
    alone = judged(ERRORS, seen)
    ten = [ERRORS, *[replace(QUALITY, key=f"q{it}") for it in range(9)]]
    first = judge(ten, step_windows=seen, all_windows=seen, minimum_requests=100)[0]

    assert first.numbers["threshold"] == pytest.approx(10 * alone.numbers["threshold"])
    assert first.numbers["e_value"] == alone.numbers["e_value"]
    assert first.numbers["ratio_low"] < alone.numbers["ratio_low"]


def test_every_number_is_one_that_json_has() -> None:
    ends: list[Any] = [a_side(1_000, errors=1.0, bad=1.0, slow=1.0), SideReading(requests=1_000, server_errors=1_000)]
    for candidate in ends:
        seen = windows((candidate, STABLE), minutes=3)
        for judgement in judge(EVERY, step_windows=seen, all_windows=seen, minimum_requests=100):
            assert all(abs(it) < 1e305 for it in judgement.numbers.values())


def test_constant_metrics_that_are_equal_pass() -> None:
    constant = SideReading(requests=500, moments={"score": Moments(500, 500.0, 500.0)})

    assert judged(SCORE, windows((constant, constant))).verdict is Verdict.PASS


@pytest.mark.parametrize("guardrail", [SCORE, LABELS])
def test_predictions_that_nobody_looked_at_pass_nothing_and_their_reason_is_told(guardrail: Guardrail) -> None:
    seen = windows((GOOD, STABLE), minutes=5)
    partly = (*seen[:-1], replace(seen[-1], unseen="the log was too long"))
    assert judged(guardrail, seen).verdict is Verdict.PASS

    found = judged(guardrail, partly)

    assert (found.verdict, found.why) == (
        Verdict.NO_DATA,
        "the log was too long: what nobody looked at is no good news",
    )
    assert judged(ERRORS, partly).verdict is Verdict.PASS


def test_what_was_looked_at_may_be_enough_to_fail_and_what_was_not_before_the_step_does_not_matter() -> None:
    def partly(candidate: SideReading) -> tuple[Window, ...]:
        first, *others = windows((candidate, STABLE), minutes=5)
        return replace(first, unseen="the log was too long"), *others

    assert judged(LABELS, partly(a_side(1_000, bins=SHIFTED))).verdict is Verdict.FAIL
    assert judged(LABELS, partly(GOOD)).verdict is Verdict.NO_DATA
    assert judged(LABELS, partly(GOOD), step_windows=partly(GOOD)[1:]).verdict is Verdict.PASS
