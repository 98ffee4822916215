"""The state machine of rollouts, executed: by the plane's Step Functions, Lambda, tables and clock."""

from dataclasses import replace

import pytest

from sluice.local.demo.conduct import Fault, conduct_with
from sluice.local.demo.rehearsed_plan import rehearsed_plan
from sluice.rollouts.plan import Gate, GateKind
from sluice.rollouts.state import Phase
from sluice.usecases.change_rollout import abort_rollout, approve_rollout
from sluice.usecases.verify_ledger import verify_ledger
from sluice.usecases.wake_controller import wake_controller
from tests.local.rollouts_on_the_plane import MODEL, ROLLOUT, WAIT, rollouts_on_a_plane

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("rollout executions")]

BEFORE_MINUTES = 60


def test_ten_hours_of_a_good_release_end_promoted() -> None:
    with rollouts_on_a_plane() as world:
        began_at = world.plane.clock.now()
        world.pass_minutes(BEFORE_MINUTES)
        world.start()
        ended = world.play()

        assert (ended.phase, ended.closing_reason) == (Phase.PROMOTED, "the last bake is over")
        assert world.shares() == ("2", {})
        assert world.executions() == {f"{MODEL}-{ROLLOUT}-1": "SUCCEEDED"}
        assert (world.plane.clock.now() - began_at).total_seconds() >= 10 * 3600


def test_a_release_that_fails_three_times_as_often_is_rolled_back() -> None:
    with rollouts_on_a_plane(conduct_with(Fault.ERRORS)) as world:
        world.pass_minutes(BEFORE_MINUTES)
        world.start()
        ended = world.play()

        assert ended.phase is Phase.ROLLED_BACK
        assert ended.closing_reason.startswith("errors")
        assert world.shares() == ("1", {})
        assert world.executions() == {f"{MODEL}-{ROLLOUT}-1": "SUCCEEDED"}


def test_an_approval_wakes_the_machine_that_waits_for_it_and_the_clock_need_not_move() -> None:
    plan = replace(rehearsed_plan(), gates=(Gate(GateKind.APPROVAL, before_step=0, approvals=1),))
    with rollouts_on_a_plane() as world:
        world.start(plan)
        world.pass_ticks(2)
        world.await_event("TaskSubmitted")
        asking = world.state
        assert (asking.is_asking, asking.phase, world.shares()) == (True, Phase.PREPARING, ("1", {}))
        at = world.plane.clock.now()

        approved = approve_rollout(world.request, ports=world.ports)
        wake_controller(approved, ports=world.ports, runner=world.runner)
        world.await_event("WaitStateEntered")

        assert (world.state.phase, world.shares()) == (Phase.STEPPING, ("1", {"2": 0.1}))
        assert world.plane.clock.now() == at


def test_nobody_who_answers_in_time_is_looked_for_again_and_an_old_token_wakes_nobody() -> None:
    plan = replace(rehearsed_plan(), gates=(Gate(GateKind.APPROVAL, before_step=0, approvals=2),))
    with rollouts_on_a_plane() as world:
        world.start(plan)
        world.await_event("TaskSubmitted")
        first_token = world.ports.store.find_task_token(MODEL)
        ticks = len(world.handlers.ticks)

        world.pass_ticks(2)
        world.await_event("TaskSubmitted")
        assert first_token
        world.runner.wake(first_token)

        assert world.ports.store.find_task_token(MODEL) != first_token
        assert len(world.handlers.ticks) > ticks
        assert world.running() == [f"{MODEL}-{ROLLOUT}-1"]
        assert world.state.is_asking


def test_a_controller_that_is_killed_amid_a_rollout_is_followed_by_the_failsafe() -> None:
    with rollouts_on_a_plane() as world:
        world.pass_minutes(BEFORE_MINUTES)
        world.start()
        world.pass_ticks(3)
        assert world.shares() == ("1", {"2": 0.1})

        world.step_functions.stop_execution(executionArn=world.arn_of(f"{MODEL}-{ROLLOUT}-1"))
        killed_at = world.plane.clock.now()
        while not (restored := world.run_failsafe()["restored"]):
            world.pass_minutes(1)
        dark_seconds = (world.plane.clock.now() - killed_at).total_seconds()

        assert world.executions() == {f"{MODEL}-{ROLLOUT}-1": "ABORTED"}
        assert restored == [{"model": MODEL, "rollout_id": ROLLOUT, "phase": "ROLLED_BACK"}]
        assert dark_seconds <= world.ports.lease_seconds + 60
        assert world.shares() == ("1", {})

        world.runner.start(MODEL, ROLLOUT, 2)
        assert world.play().phase is Phase.ROLLED_BACK
        assert world.executions()[f"{MODEL}-{ROLLOUT}-2"] == "SUCCEEDED"
        assert world.shares() == ("1", {})


def test_of_two_controllers_the_newer_one_goes_on_and_the_older_one_ends() -> None:
    with rollouts_on_a_plane() as world:
        world.pass_minutes(BEFORE_MINUTES)
        world.start()
        world.pass_ticks()
        world.runner.start(MODEL, ROLLOUT, 2)
        world.runner.start(MODEL, ROLLOUT, 2)

        world.pass_ticks(3)

        assert world.executions() == {f"{MODEL}-{ROLLOUT}-1": "SUCCEEDED", f"{MODEL}-{ROLLOUT}-2": "RUNNING"}
        assert (world.state.epoch, world.state.phase) == (2, Phase.STEPPING)
        assert verify_ledger(MODEL, world.ports.ledger).is_whole


def test_an_execution_whose_history_fills_is_followed_by_one_of_the_next_epoch() -> None:
    with rollouts_on_a_plane() as world:
        world.start()
        world.await_event("WaitStateEntered")
        world.step_functions.stop_execution(executionArn=world.arn_of(f"{MODEL}-{ROLLOUT}-1"))
        world.begin(epoch=2, ticks=1_499)

        world.pass_ticks(2)

        assert world.executions()[f"{MODEL}-{ROLLOUT}-2"] == "SUCCEEDED"
        assert world.running() == [f"{MODEL}-{ROLLOUT}-3"]
        assert world.state.epoch == 3
        assert world.handlers.ticks[-1]["ticks"] < 5


def test_a_tick_that_fails_is_followed_by_the_next_a_wait_later() -> None:
    with rollouts_on_a_plane() as world:
        ports, world.handlers.ports = world.handlers.ports, None
        world.start()
        world.await_event("WaitStateEntered")
        assert world.shares() == ("1", {})

        world.handlers.ports = ports
        world.pass_ticks(2)

        assert world.shares() == ("1", {"2": 0.1})
        assert world.running() == [f"{MODEL}-{ROLLOUT}-1"]


def test_the_deployed_functions_themselves_are_what_the_machine_and_the_schedule_call() -> None:
    """In processes of their own, under AWS's runtime client; nobody asks the model, and no data is no good news."""
    with rollouts_on_a_plane(in_processes=True) as world:
        world.start()
        world.await_event("WaitStateEntered")
        assert (world.state.phase, world.shares()) == (Phase.STEPPING, ("1", {"2": 0.1}))
        assert world.run_failsafe() == {"restored": []}

        abort_rollout(world.request, ports=world.ports)
        world.plane.clock.advance(WAIT)
        world.await_end()

        assert (world.state.phase, world.shares()) == (Phase.ABORTED, ("1", {}))
        assert world.executions() == {f"{MODEL}-{ROLLOUT}-1": "SUCCEEDED"}
        assert verify_ledger(MODEL, world.ports.ledger).is_whole
