"""The controller is killed before and after every single call to a port, in every kind of tick."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from sluice.errors import SluiceError, StoreUnavailable
from sluice.rollouts.shares import Shares
from sluice.rollouts.state import Phase
from sluice.rollouts.verdict import Verdict
from tests.unit.usecases.rollout_world import Killed, RolloutWorld, a_plan

STABLE, PROMOTED = Shares("1", None, 0), Shares("2", None, 0)


def before_the_first_step() -> RolloutWorld:
    world = RolloutWorld()
    world.start()
    world.pass_minutes(1)
    return world


def holding() -> RolloutWorld:
    world = before_the_first_step()
    world.tick(0)
    world.pass_minutes(1)
    return world


def before_the_second_step() -> RolloutWorld:
    world = holding()
    world.pass_minutes(1)
    return world


def before_the_promotion() -> RolloutWorld:
    world = before_the_second_step()
    world.tick(0)
    world.pass_minutes(2)
    return world


def before_the_close() -> RolloutWorld:
    world = before_the_promotion()
    world.tick(0)
    world.pass_minutes(3)
    return world


def breached() -> RolloutWorld:
    world = before_the_second_step()
    world.judge.verdict = Verdict.FAIL
    return world


def breached_after_the_promotion() -> RolloutWorld:
    world = before_the_close()
    world.judge.verdict = Verdict.FAIL
    return world


def aborted_before_traffic() -> RolloutWorld:
    world = before_the_first_step()
    world.ask("abort")
    return world


def moved_by_someone_else() -> RolloutWorld:
    world = before_the_second_step()
    world.move_alias_by_hand("1", "2", 5_000)
    return world


def asking() -> RolloutWorld:
    world = before_the_second_step()
    world.judge.verdict = Verdict.NO_DATA
    world.pass_minutes(8)
    return world


def rolling_back_what_was_promoted() -> RolloutWorld:
    world = before_the_close()
    world.tick(0)
    world.ask("roll_back")
    return world


KINDS: dict[str, tuple[Callable[[], RolloutWorld], int]] = {
    made.__name__: (made, epoch)
    for made, epoch in (
        (before_the_first_step, 1),
        (holding, 1),
        (before_the_second_step, 1),
        (before_the_promotion, 1),
        (before_the_close, 1),
        (breached, 1),
        (breached_after_the_promotion, 1),
        (aborted_before_traffic, 1),
        (moved_by_someone_else, 1),
        (asking, 1),
        (rolling_back_what_was_promoted, 2),
    )
}


def moments_of(kind: str) -> list[str]:
    """What happens in a tick of this kind that nobody disturbs."""
    made, epoch = KINDS[kind]
    world, seen = made(), list[str]()
    world.moment = seen.append
    world.tick(0, epoch)
    return seen


DEATHS = [(kind, at, moment) for kind in KINDS for at, moment in enumerate(moments_of(kind))]


def dies(world: RolloutWorld, at: int, error: BaseException) -> None:
    """Let the world raise at its moment number `at`, once."""
    left = at

    def moment(name: str) -> None:
        nonlocal left
        left -= 1
        if left == -1:
            raise error

    world.moment = moment


def lives(world: RolloutWorld) -> None:
    world.moment = lambda name: None


def each_effect_is_told_once_or_of_one_intent(world: RolloutWorld) -> None:
    world.check_ledger_explains_alias()
    told = [it["intent_seq"] for it in world.records("EFFECT")]
    assert len(told) == len(set(told))


@pytest.mark.parametrize(("kind", "at", "moment"), DEATHS, ids=[f"{kind}-{at}-{name}" for kind, at, name in DEATHS])
def test_a_tick_killed_anywhere_is_finished_by_the_next_ones(kind: str, at: int, moment: str) -> None:
    made, epoch = KINDS[kind]
    world, undisturbed = made(), made()
    undisturbed.tick(0, epoch)
    dies(world, at, Killed())
    with pytest.raises(Killed):
        world.tick(0, epoch)
    lives(world)
    if kind != "moved_by_someone_else":
        world.check_ledger_explains_alias()

    for _ in range(2):
        world.tick(0, epoch)

    each_effect_is_told_once_or_of_one_intent(world)
    assert (world.shares, world.state.phase) == (undisturbed.shares, undisturbed.state.phase)
    assert [it["phase"] for it in world.records("CLOSED")] == [it["phase"] for it in undisturbed.records("CLOSED")]
    assert len(world.records("INCIDENT")) == len(undisturbed.records("INCIDENT"))


@pytest.mark.parametrize(("kind", "at", "moment"), DEATHS, ids=[f"{kind}-{at}-{name}" for kind, at, name in DEATHS])
def test_where_no_tick_follows_the_failsafe_leaves_nobody_at_a_share(kind: str, at: int, moment: str) -> None:
    made, epoch = KINDS[kind]
    world = made()
    dies(world, at, Killed())
    with pytest.raises(Killed):
        world.tick(0, epoch)
    lives(world)
    world.pass_minutes(11)

    world.failsafe()

    assert world.store.list_open() == []
    each_effect_is_told_once_or_of_one_intent(world)
    if world.state.phase is not Phase.HALTED:
        assert world.shares == (PROMOTED if world.state.phase is Phase.PROMOTED else STABLE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_failsafe_killed_anywhere_is_finished_by_the_next(kind: str) -> None:
    made, _ = KINDS[kind]
    trial, seen = made(), list[str]()
    trial.pass_minutes(11)
    trial.moment = seen.append
    trial.failsafe()
    for at in range(len(seen)):
        world = made()
        world.pass_minutes(11)
        dies(world, at, Killed())
        with pytest.raises(Killed):
            world.failsafe()
        lives(world)

        world.failsafe()

        assert world.store.list_open() == []
        each_effect_is_told_once_or_of_one_intent(world)
        assert (world.shares, world.state.phase) == (trial.shares, trial.state.phase)


@pytest.mark.parametrize("kind", KINDS)
def test_any_port_that_fails_once_leaves_what_the_next_tick_finishes(kind: str) -> None:
    made, epoch = KINDS[kind]
    for at in range(len(moments_of(kind))):
        world, undisturbed = made(), made()
        undisturbed.tick(0, epoch)
        dies(world, at, StoreUnavailable("a port", "throttled"))
        with suppress(SluiceError):
            world.tick(0, epoch)
        lives(world)

        for _ in range(2):
            world.tick(0, epoch)

        each_effect_is_told_once_or_of_one_intent(world)
        assert (world.shares, world.state.phase) == (undisturbed.shares, undisturbed.state.phase)


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_killed_anywhere_may_be_repeated_and_counts_once(kind: str) -> None:
    for verb in ("pause", "abort", "promote", "roll_back"):
        for at in range(12):
            world = KINDS[kind][0]()
            dies(world, at, Killed())
            with suppress(Killed, SluiceError):
                world.ask(verb)
            lives(world)
            with suppress(SluiceError):
                world.ask(verb)
            wished = world.state

            with suppress(SluiceError):
                world.ask(verb)

            assert world.state == wished


def test_a_start_killed_anywhere_is_finished_by_the_same_wish() -> None:
    trial, seen = RolloutWorld(), list[str]()
    trial.moment = seen.append
    trial.start()
    for at in range(len(seen)):
        world = RolloutWorld()
        dies(world, at, Killed())
        with pytest.raises(Killed):
            world.start()
        lives(world)

        world.start(a_plan())

        assert (world.state.epoch, len(world.controllers.started)) == (1, 1)
        assert world.tick_until_over().phase is Phase.PROMOTED
