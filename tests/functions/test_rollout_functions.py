"""The controller's function and the failsafe, over ports in memory; the machine's definition, walked by hand."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from subprocess import run
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from functions.failsafe import composition as failsafe
from functions.rollout_steps.composition import OVERTAKEN, build_handler
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.catalog.alias import AliasState
from sluice.errors import NotAvailable, StoreUnavailable
from sluice.rollouts.plan import Gate, GateKind
from sluice.rollouts.shares import Shares
from sluice.rollouts.state_machine import controller_input, execution_name, rollout_machine
from tests.unit.usecases.rollout_world import MODEL, ROLLOUT, RolloutWorld, a_plan

STABLE, STEP_1 = Shares("1", None, 0), Shares("1", "2", 1_000)
CONTEXT = SimpleNamespace(
    function_name="rollout", memory_limit_in_mb=256, invoked_function_arn="arn", aws_request_id="id"
)


@pytest.fixture
def world() -> RolloutWorld:
    world = RolloutWorld()
    world.start()
    return world


def tick(world: RolloutWorld, event: dict[str, Any]) -> dict[str, Any]:
    return build_handler(world.ports, logger=Logger(service="test"))(event, CONTEXT)


def test_a_tick_answers_what_it_did_and_what_the_next_one_needs(world: RolloutWorld) -> None:
    answer = tick(world, controller_input(MODEL, ROLLOUT, 1))

    assert world.shares == STEP_1
    assert answer == {
        "model": MODEL,
        "rollout_id": ROLLOUT,
        "epoch": 1,
        "ticks": 1,
        "action": "advance",
        "phase": "STEPPING",
        "weight_bps": 1_000,
        "is_asking": False,
        "is_closed": False,
        "is_over": False,
        "reasons": ["every gate before the first step is passed"],
    }


def test_a_tick_that_another_overtook_just_waits_for_the_next(world: RolloutWorld) -> None:
    def rival(name: str) -> None:
        world.moment = lambda name: None
        world.tick(0)

    def moment(name: str) -> None:
        if name == "before publisher.alias":
            rival(name)

    world.moment = moment
    answer = tick(world, controller_input(MODEL, ROLLOUT, 1))

    assert (answer["action"], answer["is_over"]) == (OVERTAKEN, False)
    assert world.shares == STEP_1


def test_a_tick_that_asks_people_says_so_and_the_token_that_comes_back_is_kept() -> None:
    world = RolloutWorld()
    world.start(replace(a_plan(), gates=(Gate(GateKind.APPROVAL, before_step=0, approvals=1),)))
    answer = tick(world, controller_input(MODEL, ROLLOUT, 1))
    assert (answer["action"], answer["is_asking"]) == ("ask", True)

    kept = tick(world, {**answer, "task_token": "t"})

    assert kept["ticks"] == 2
    assert world.ports.store.find_task_token(MODEL) == "t"
    assert world.shares == STABLE


def test_a_controller_of_the_past_is_told_that_it_is_over(world: RolloutWorld) -> None:
    tick(world, controller_input(MODEL, ROLLOUT, 2))
    answer = tick(world, controller_input(MODEL, ROLLOUT, 1))

    assert (answer["action"], answer["is_over"], answer["is_closed"]) == ("superseded", True, False)


def test_the_failsafe_says_whom_it_restored_and_raises_after_all_were_tried(world: RolloutWorld) -> None:
    class Throttled(MemoryPublisher):
        def shift(self, model: str, wanted: AliasState) -> AliasState:
            raise StoreUnavailable("function churn", "throttled")

    lines = StringIO()
    handle = failsafe.build_handler(world.ports, logger=Logger(service="failsafe-test", stream=lines))
    world.tick()
    assert handle({}, CONTEXT) == {"restored": []}
    world.pass_minutes(11)
    world.publisher.__class__ = Throttled
    with pytest.raises(NotAvailable, match="rollout r-1 of churn: function churn is unavailable: throttled"):
        handle({}, CONTEXT)
    world.publisher.__class__ = MemoryPublisher

    assert handle({}, CONTEXT) == {"restored": [{"model": MODEL, "rollout_id": ROLLOUT, "phase": "ROLLED_BACK"}]}
    assert world.shares == STABLE
    [line] = [json.loads(each) for each in lines.getvalue().splitlines()]  # a metric filter counts these
    assert (line["record"], line["model"], line["rollout_id"]) == ("failsafe_restored", MODEL, ROLLOUT)


def test_the_failsafe_loads_neither_numpy_nor_the_judge() -> None:
    """It has to work where the controller does not, so it is built of little."""
    heavy = {"numpy", "sluice.rollouts.judge"}
    said = f"import functions.failsafe.composition, sys; print(*{heavy} & sys.modules.keys())"
    loaded = run([sys.executable, "-c", said], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == ""


def test_every_state_of_the_machine_leads_to_one_that_exists_and_one_ends_it() -> None:
    machine = rollout_machine("arn:tick")
    states = machine["States"]

    assert {machine["StartAt"], *(target for state in states.values() for target in targets(state))} == set(states)
    assert [name for name, state in states.items() if state["Type"] == "Succeed"] == ["Over"]


def test_a_tick_that_fails_is_followed_by_the_next() -> None:
    states = rollout_machine("arn:tick", wait_seconds=5)["States"]

    assert states["Tick"]["Parameters"]["FunctionName"] == "arn:tick"
    assert states["Tick"]["Catch"] == [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Wait"}]
    assert states["Wait"] == {"Type": "Wait", "Seconds": 5, "Next": "Tick"}


def test_an_execution_ends_long_before_its_history_is_full() -> None:
    handed_over = rollout_machine("arn:tick")["States"]["IsOver"]["Choices"][1]

    assert handed_over["Next"] == "HandOver"
    assert handed_over["NumericGreaterThanEquals"] * 14 < 25_000  # those of a tick that asks people: the most


def test_the_longest_name_of_an_execution_is_as_long_as_aws_allows() -> None:
    assert len(execution_name("m" * 40, "r" * 32, 999_999)) == 80


def targets(state: dict[str, Any]) -> Iterator[str]:
    yield from (state[key] for key in ("Next", "Default") if key in state)
    yield from (each["Next"] for key in ("Choices", "Catch") for each in state.get(key, ()))
