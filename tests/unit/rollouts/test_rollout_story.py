"""What happened in a rollout, in words, and how long it may still take."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sluice.governance.records import RecordType
from sluice.rollouts.readings import Baseline
from sluice.rollouts.rollout_view import rollout_view
from sluice.rollouts.state import Phase
from sluice.rollouts.story import _TELLERS, story_of
from sluice.rollouts.time_left import time_left
from sluice.rollouts.verdict import Verdict
from tests.unit.usecases.rollout_world import MODEL, ROLLOUT, RolloutWorld


@pytest.fixture
def world() -> RolloutWorld:
    world = RolloutWorld()
    world.start()
    return world


def headlines(world: RolloutWorld, rollout_id: str = ROLLOUT) -> list[str]:
    return [it.headline for it in story_of(world.records(), rollout_id)]


def test_a_promoted_rollout_is_told_from_its_start_to_its_end(world: RolloutWorld) -> None:
    world.tick_until_over()

    told = headlines(world)

    assert told[0] == "ann started it: function version 2 (release 2) beside 1 (release 1), by plan 'quick'"
    assert "intends: 10 % to 2, the rest to 1" in told
    assert "in effect: 30 % to 2, the rest to 1" in told
    assert "in effect: all traffic to 2" in told
    assert told[-1] == "over: promoted"


def test_a_breach_is_told_with_what_the_judge_said(world: RolloutWorld) -> None:
    world.tick()
    world.judge.verdict = Verdict.FAIL
    world.tick()

    story = story_of(world.records(), ROLLOUT)

    [judged] = [it for it in story if it.judgements]
    assert judged.judgements[0]["verdict"] == "FAIL"
    [decided] = [it for it in story if it.headline == "decided: roll back, 0 % for the candidate"]
    assert decided.reasons == ("errors: it is FAIL",)
    assert any(it.headline.startswith("incident for ") for it in story)


def test_people_and_strangers_are_told_of_too(world: RolloutWorld) -> None:
    world.tick()
    world.ask("pause")
    world.ask("resume")
    world.ask("abort")
    world.move_alias_by_hand("2")
    world.tick()

    told = headlines(world)

    people = [it for it in told if it.startswith("ann ")]
    assert people[1:] == ["ann paused it", "ann resumed it", "ann asked to abort it"]
    assert "somebody else moved the alias: expected 10 % to 2, the rest to 1, found all traffic to 2" in told
    assert told[-1] == "over: halted"


def test_other_rollouts_of_the_chain_are_passed_over_and_new_types_told_by_their_names(world: RolloutWorld) -> None:
    unknown = {"type": "OF_TOMORROW", "seq": 9, "ts": "2026-01-01T00:00:00Z", "rollout_id": ROLLOUT}

    assert headlines(world, "another") == []
    assert [it.headline for it in story_of([unknown], ROLLOUT)] == ["OF_TOMORROW"]


def test_every_type_of_record_has_its_words() -> None:
    assert set(_TELLERS) == set(RecordType)


def test_the_time_left_is_the_rest_of_the_step_and_all_bakes_to_come(world: RolloutWorld) -> None:
    assert time_left(world.state, now=world.clock.at) == timedelta(seconds=120 + 120 + 180)
    world.tick()
    world.pass_minutes(1)
    assert time_left(world.state, now=world.clock.at) == timedelta(seconds=60 + 120 + 180)
    world.pass_minutes(60)
    assert time_left(world.state, now=world.clock.at) == timedelta(seconds=120 + 180)


@pytest.mark.parametrize("fact", [{"is_paused": True}, {"is_asking": True}, {"phase": Phase.HALTED}])
def test_nobody_knows_how_long_it_takes_while_it_waits_for_a_person(world: RolloutWorld, fact: dict[str, Any]) -> None:
    waiting = replace(world.state, **fact)

    assert time_left(waiting, now=world.clock.at) is None
    assert rollout_view(waiting, now=world.clock.at)["seconds_left"] is None


def test_the_last_bake_alone_is_left_after_the_promotion(world: RolloutWorld) -> None:
    baking = replace(world.state, phase=Phase.BAKING, step=1, step_started_at=world.clock.at, baseline=Baseline())

    assert time_left(baking, now=world.clock.at) == timedelta(seconds=180)
    assert rollout_view(baking, now=world.clock.at)["model"] == MODEL
