"""`/v1/rollouts` behind the control function's handler, over a rollout in memory."""

import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from functions.control.composition import build_handler
from functions.control.rollout_control import RolloutControl
from sluice.rollouts.plan import Gate, GateKind
from sluice.rollouts.plan_document import plan_to_document
from tests.functions.control_api import Answer, ControlApi, ports_of
from tests.unit.usecases.experiment_plane import ExperimentPlane
from tests.unit.usecases.rollout_world import MODEL, RolloutWorld, a_plan

WHY = {"why": "because"}


class RolloutApi(ControlApi):
    """The control API over a `RolloutWorld`."""

    def __init__(self, world: RolloutWorld, *, has_runner: bool = True) -> None:
        super().__init__(ExperimentPlane())
        self.world = world
        control = RolloutControl(world.ports, world.controllers if has_runner else None)
        self.handler = build_handler(
            registry=world.registry,
            publisher=world.publisher,
            logger=Logger(service="control-rollouts", stream=io.StringIO()),
            rollouts=lambda: control,
            experiments=lambda: ports_of(self.plane),
        )

    def start(self, rollout_id: str = "r-1", **other: Any) -> Answer:
        plan = other.pop("plan", a_plan())
        wish: Mapping[str, Any] = {"rollout_id": rollout_id, "plan": plan_to_document(plan), "release": 2, **WHY}
        return self.post(f"/v1/rollouts/{MODEL}", {**wish, **other})

    def change(self, name: str, rollout_id: str = "r-1") -> Answer:
        return self.post(f"/v1/rollouts/{MODEL}/{rollout_id}/{name}", WHY)


@pytest.fixture
def api() -> RolloutApi:
    return RolloutApi(RolloutWorld())


def test_a_rollout_is_started_once_listed_and_told(api: RolloutApi) -> None:
    started = api.start()
    again = api.start()

    assert (started.status, again.status) == (201, 201)
    assert started.body == again.body
    assert api.world.controllers.started == [(MODEL, "r-1", 1)]
    assert api.get("/v1/rollouts").body == api.get(f"/v1/rollouts/{MODEL}").body == {"rollouts": [started.body]}
    shown = api.get(f"/v1/rollouts/{MODEL}/r-1").body
    assert shown == {**started.body, "story": shown["story"]}
    assert [it["type"] for it in shown["story"]] == ["ROLLOUT_STARTED"]
    assert started.body["started"]["by"] == "local"


@pytest.mark.parametrize(
    ("name", "member", "expected"),
    [("pause", "is_paused", True), ("promote", "wish", "promote"), ("abort", "wish", "abort")],
)
def test_a_change_is_kept_for_the_controller_and_in_the_ledger(
    api: RolloutApi, name: str, member: str, expected: Any
) -> None:
    api.start()

    changed = api.change(name)

    assert (changed.status, changed.body[member]) == (200, expected)
    assert api.world.records()[-1]["why"] == "because"


def test_a_controller_that_waits_for_people_is_woken_by_what_one_of_them_did(api: RolloutApi) -> None:
    api.start(plan=replace(a_plan(), gates=(Gate(GateKind.APPROVAL, before_step=0, approvals=1),)))
    api.change("pause")
    assert api.world.controllers.woken == []
    api.world.store.keep_task_token(MODEL, "t")

    approved = api.change("approve")

    assert (approved.status, api.world.controllers.woken) == (200, ["t"])


def test_a_pause_ends_with_resume(api: RolloutApi) -> None:
    api.start()
    api.change("pause")

    assert api.change("resume").body["is_paused"] is False


def test_whoever_started_it_is_none_of_two_who_approve(api: RolloutApi) -> None:
    gated = replace(a_plan(), gates=(Gate(GateKind.APPROVAL, 0, approvals=2),))
    api.start(plan=gated)

    own = api.change("approve")
    api.authorizer = {"jwt": {"claims": {"sub": "bob"}}}
    other = api.change("approve")

    assert own.status == 409
    assert other.body["approvals"] == {"0": ["bob"]}


def test_a_promoted_rollout_is_taken_back_by_another_controller(api: RolloutApi) -> None:
    api.start()
    api.change("promote")
    api.world.tick_until_over()

    taken_back = api.change("roll-back")

    assert (taken_back.status, taken_back.body["wish"]) == (200, "roll_back")
    assert api.world.controllers.started[-1] == (MODEL, "r-1", 2)


def test_what_is_not_there_is_404_and_what_may_not_be_is_409(api: RolloutApi) -> None:
    assert api.get(f"/v1/rollouts/{MODEL}/none").status == 404
    assert api.change("abort", "none").status == 404
    api.start()
    assert api.start("other").status == 409


@pytest.mark.parametrize(
    ("wish", "named"),
    [
        ({"release": None}, "function version"),
        ({"rollout_id": "No Id"}, "rollout_id"),
        ({"plan": {"name": "x"}}, "steps"),
        ({"why": ""}, "why"),
        ({"unknown": 1}, "unknown"),
    ],
    ids=["candidate", "id", "plan", "why", "member"],
)
def test_a_wish_that_breaks_a_rule_is_400_and_names_the_member(
    api: RolloutApi, wish: dict[str, Any], named: str
) -> None:
    body = {"rollout_id": "r-1", "plan": plan_to_document(a_plan()), "release": 2, **WHY, **wish}

    answer = api.post(f"/v1/rollouts/{MODEL}", {name: it for name, it in body.items() if it is not None})

    assert answer.status == 400
    assert named in answer.error


def test_nothing_starts_where_no_machine_would_go_on_with_it() -> None:
    api = RolloutApi(RolloutWorld(), has_runner=False)

    refused = api.start()

    assert refused.status == 501
    assert "--follow" in refused.error
    assert api.get("/v1/rollouts").body == {"rollouts": []}


def test_without_tables_for_them_rollouts_are_not_offered() -> None:
    assert ControlApi(ExperimentPlane()).get("/v1/rollouts").status == 501
