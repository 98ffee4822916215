"""Two controllers at once: every interleaving at the calls of their ports, stalled writers, and real threads."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Barrier

import pytest

from sluice.errors import RolloutChanged, SluiceError
from sluice.rollouts.plan import Step
from sluice.rollouts.shares import Shares
from sluice.rollouts.state import Phase
from sluice.rollouts.verdict import Verdict
from sluice.usecases.advance_rollout import TickAction
from tests.unit.usecases.rollout_world import MODEL, ROLLOUT, Killed, RolloutWorld, a_plan
from tests.unit.usecases.test_rollout_deaths import KINDS, before_the_second_step, moments_of

STABLE, STEP_1 = Shares("1", None, 0), Shares("1", "2", 1_000)
MEETINGS = [(kind, at) for kind in KINDS for at in range(len(moments_of(kind)))]


def meets(world: RolloutWorld, at: int, rival: object) -> None:
    """Right at the moment number `at`, the rival does all it has to do."""
    left = at

    def moment(name: str) -> None:
        nonlocal left
        left -= 1
        if left == -1:
            with suppress(SluiceError):
                rival()  # type: ignore[operator]

    world.moment = moment


@pytest.mark.parametrize(("kind", "at"), MEETINGS)
def test_a_duplicate_tick_at_any_moment_ends_as_one_tick_would(kind: str, at: int) -> None:
    made, epoch = KINDS[kind]
    world, undisturbed = made(), made()
    undisturbed.tick(0, epoch)
    meets(world, at, lambda: world.tick(0, epoch))
    with suppress(RolloutChanged):
        world.tick(0, epoch)
    world.moment = lambda name: None

    world.tick(0, epoch)

    world.check_ledger_explains_alias()
    assert (world.shares, world.state.phase) == (undisturbed.shares, undisturbed.state.phase)
    assert bool(world.records("FOREIGN_CHANGE")) == (kind == "moved_by_someone_else")


@pytest.mark.parametrize(("kind", "at"), MEETINGS)
def test_a_controller_that_stalls_while_the_failsafe_restores_gives_the_candidate_nothing_afterwards(
    kind: str, at: int
) -> None:
    made, epoch = KINDS[kind]
    world = made()

    def restores() -> None:
        world.pass_minutes(11)
        world.failsafe()
        world.failsafe()

    meets(world, at, restores)
    with suppress(RolloutChanged):
        world.tick(0, epoch)
    world.moment = lambda name: None
    world.pass_minutes(11)
    world.failsafe()

    assert world.store.list_open() == []
    world.check_ledger_explains_alias()
    if world.state.phase is Phase.ROLLED_BACK:
        assert world.shares == STABLE


def test_a_stalled_controller_writes_nothing_though_the_first_failsafe_died_before_it_wrote_the_alias() -> None:
    """The second one finds the alias as it should be, and writes it all the same: the revision id is what counts."""
    world = RolloutWorld()
    world.start()

    def dies_before_the_shift(name: str) -> None:
        if name == "before publisher.shift":
            raise Killed

    def two_failsafes() -> None:
        world.pass_minutes(11)
        world.moment = dies_before_the_shift
        with pytest.raises(Killed):
            world.failsafe()
        world.moment = lambda name: None
        world.failsafe()

    def stall(name: str) -> None:
        if name == "before publisher.shift":
            two_failsafes()

    world.moment = stall
    with suppress(RolloutChanged):
        world.tick()

    assert (world.state.phase, world.shares) == (Phase.ROLLED_BACK, STABLE)


MOMENTS_OF_SETTLING = [
    "before store.find",
    "after store.find",
    "before store.save",
    "after store.save",
    "before publisher.alias",
    "after publisher.alias",
    "before publisher.shift",
]


@pytest.mark.parametrize("moment", MOMENTS_OF_SETTLING)
def test_a_controller_that_stalls_while_it_finishes_a_step_gives_no_traffic_to_what_was_closed_meanwhile(
    moment: str,
) -> None:
    """Others finish the step, see a breach, roll back and close; then it wakes up with what it knew."""
    world = RolloutWorld()
    world.start()

    def dies(name: str) -> None:
        if name == "before publisher.shift":
            raise Killed

    def others(name: str) -> None:
        if name == moment:
            world.moment = lambda name: None
            world.tick(0)
            world.judge.verdict = Verdict.FAIL
            world.tick()

    world.moment = dies
    with pytest.raises(Killed):
        world.tick()
    world.moment = others
    with suppress(RolloutChanged):
        world.tick()

    assert (world.state.phase, world.shares) == (Phase.ROLLED_BACK, STABLE)
    assert world.records("FOREIGN_CHANGE") == []


def test_a_tick_that_was_overtaken_before_it_looked_leaves_no_trace_in_the_ledger() -> None:
    """A person pauses the rollout between the tick's reading of it and its claim; it would have advanced."""
    world = before_the_second_step()

    def pause(name: str) -> None:
        if name == "after store.find":
            world.moment = lambda name: None
            world.ask("pause")

    world.moment = pause
    with pytest.raises(RolloutChanged):
        world.tick()

    assert world.records()[-1]["type"] == "PAUSED"
    assert world.shares == STEP_1


def test_from_the_first_thing_that_a_new_controller_does_the_old_one_can_write_nothing() -> None:
    world = RolloutWorld()
    world.start()

    def dies(name: str) -> None:
        if name == "before publisher.alias":
            raise Killed

    world.moment = dies
    with pytest.raises(Killed):
        world.tick(epoch=2)
    world.moment = lambda name: None

    assert world.tick(epoch=1).action is TickAction.SUPERSEDED
    assert world.shares == STABLE


def test_a_failsafe_that_finds_the_controller_alive_after_all_leaves_no_trace_in_the_ledger() -> None:
    """The lease had lapsed when it listed the rollouts; then the controller's tick came to its end."""
    world = RolloutWorld()
    world.start(replace(a_plan(), steps=(Step(1_000, bake_seconds=120, wait_limit_seconds=6_000),)))
    world.tick()
    world.judge.verdict = Verdict.INCONCLUSIVE
    world.pass_minutes(11)
    written = world.records()

    def late(name: str) -> None:
        if name == "after store.list_open":
            world.moment = lambda name: None
            assert world.tick(0).action is TickAction.HOLD

    world.moment = late
    restored = world.failsafe()

    assert restored == []
    assert world.records() == written
    assert world.shares == STEP_1


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.FAIL])
def test_four_controllers_in_threads_of_their_own_make_one_story(verdict: Verdict) -> None:
    world = RolloutWorld()
    world.start()
    together = Barrier(4)

    def control(number: int) -> None:
        together.wait()
        for _ in range(60):
            with suppress(SluiceError):
                if world.tick(0.5).is_over:
                    return

    world.tick()
    world.judge.verdict = verdict
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(control, range(4)))
    world.tick_until_over()

    world.check_ledger_explains_alias()
    expected = Phase.PROMOTED if verdict is Verdict.PASS else Phase.ROLLED_BACK
    assert (world.state.phase, world.store.list_open()) == (expected, [])
    assert world.records("FOREIGN_CHANGE") == []


def test_two_starts_at_once_open_one_rollout() -> None:
    world = RolloutWorld()
    together = Barrier(2)

    def start(rollout_id: str) -> bool:
        together.wait()
        try:
            world.start(rollout_id=rollout_id)
        except SluiceError:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(start, ["r-1", "r-2"]))

    assert sorted(outcomes) == [False, True]
    assert len(world.store.list_open()) == 1
    assert {ROLLOUT, "r-2"} >= {it.rollout_id for it in world.store.list_rollouts(MODEL)}
