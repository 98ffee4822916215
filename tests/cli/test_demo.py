"""`sluice demo rollout`: ten simulated hours end as they should, for a good release and for each fault."""

import json
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from sluice.adapters.memory_controllers import MemoryControllers
from sluice.cli.demo_stage import CANDIDATE_RELEASE, MODEL, Cast, rehearsal_stage
from sluice.cli.main import app
from sluice.local.demo.conduct import Fault
from sluice.local.demo.rehearsed_plan import rehearsed_plan
from sluice.rollouts.state import Phase
from sluice.rollouts.verdict import Verdict
from sluice.usecases.start_rollout import RolloutWish, start_rollout

# Each runs a plane in this process, and moto knows only one.
pytestmark = pytest.mark.xdist_group("demo-plane")

DOCUMENT = {
    "model",
    "fault",
    "seed",
    "requests_per_minute",
    "expected_state",
    "rollout_id",
    "plan",
    "final_state",
    "closing_reason",
    "simulated_seconds",
    "requests",
    "story",
    "steps",
    "is_as_expected",
    "real_seconds",
}


def rehearsed(*options: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["demo", "rollout", *options, "--json"])
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    assert set(document) == DOCUMENT
    return document


@pytest.mark.parametrize(
    ("fault", "guardrail"),
    [("errors", "errors"), ("latency", "slow"), ("scores", "labels"), ("nan", "data-quality")],
)
def test_a_fault_is_rolled_back_by_the_guardrail_that_watches_it(fault: str, guardrail: str) -> None:
    document = rehearsed("--fault", fault)

    assert document["final_state"] == "rolled_back"
    end = document["steps"][-1]
    failed = {it["guardrail"]: it["numbers"] for it in end["verdicts"] if it["verdict"] == "FAIL"}
    assert guardrail in failed
    assert failed[guardrail]["e_value"] >= failed[guardrail]["threshold"]
    assert (end["action"], end["weight_after_bps"]) == ("roll_back", 0)
    assert [it["type"] for it in document["story"]][-3:] == ["EFFECT", "INCIDENT", "CLOSED"]


def test_a_candidate_that_cannot_start_is_rolled_back_before_it_has_any_traffic() -> None:
    document = rehearsed("--fault", "init")

    assert (document["final_state"], document["simulated_seconds"]) == ("rolled_back", 0)
    assert [step["weight_bps"] for step in document["steps"]] == [0]
    assert "it failed before it had any traffic" in document["closing_reason"]


def test_a_candidate_that_cannot_start_is_rolled_back_by_its_errors_if_nobody_wakes_it_before() -> None:
    plan = replace(rehearsed_plan(), warms_up=False)
    with rehearsal_stage(Cast(Fault.INIT, seed=1, requests_per_minute=20), quiet=True) as stage:
        rehearsal = stage.rehearsal
        rehearsal.begin()
        rehearsal.pass_minutes(30)
        wish = RolloutWish("cold", plan, "ada", "to see it", release=CANDIDATE_RELEASE)
        opened = start_rollout(MODEL, wish, ports=rehearsal.ports, runner=MemoryControllers())
        *_, end = rehearsal.run(MODEL, opened.rollout_id, opened.epoch)

    errors = next(it for it in end.judgements if it.guardrail == "errors")
    assert (end.state.phase, errors.verdict) == (Phase.ROLLED_BACK, Verdict.FAIL)
    assert errors.numbers["candidate_rate"] == 1.0


def test_a_good_release_is_promoted_step_by_step_within_ten_hours() -> None:
    document = rehearsed()

    assert (document["final_state"], document["simulated_seconds"]) == ("promoted", 36_000)
    moves = [(step["action"], step["weight_after_bps"]) for step in document["steps"]]
    expected = [("advance", 1_000), ("advance", 2_500), ("advance", 5_000), ("promote", 10_000), ("close", 10_000)]
    assert moves == expected
    for step in document["steps"][1:4]:
        assert {it["verdict"] for it in step["verdicts"]} == {"PASS"}


def test_a_person_reads_a_story() -> None:
    told = CliRunner().invoke(app, ["demo", "rollout", "--fault", "scores"])

    assert told.exit_code == 0
    assert told.stdout.splitlines()[-1].startswith("rolled_back after ")
    assert "labels         FAIL" in told.stdout
    assert "\x1b" not in told.stdout
