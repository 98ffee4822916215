"""Two controllers at once: every interleaving at the calls of their ports, stalled writers, and real threads."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest

from sluice.errors import RolloutChanged, SluiceError
from sluice.rollouts.shares import Shares
from sluice.rollouts.state import Phase
from sluice.rollouts.verdict import Verdict
from tests.unit.usecases.rollout_world import MODEL, ROLLOUT, Killed, RolloutWorld
from tests.unit.usecases.test_rollout_deaths import KINDS, moments_of

STABLE = Shares("1", None, 0)
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
