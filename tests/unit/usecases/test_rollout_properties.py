"""Whatever happens, in whatever order: weights move along the plan, one rollout is open, effects have intents."""

from collections.abc import Callable
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.errors import SluiceError, StoreUnavailable
from sluice.rollouts.plan import Gate, GateKind
from sluice.rollouts.shares import Shares
from sluice.rollouts.verdict import Verdict
from tests.unit.usecases.rollout_world import MODEL, ROLLOUT, Killed, RolloutWorld, a_plan, shares_in

STEPS = (1_000, 3_000, 5_000)
Event = tuple[Callable[..., object], tuple[object, ...]]


def tick(world: RolloutWorld, verdict: Verdict, minutes: int, epoch: int) -> None:
    world.judge.verdict = verdict
    world.tick(minutes, epoch)


def disturbed_tick(world: RolloutWorld, verdict: Verdict, at: int, error: type[BaseException]) -> None:
    """A tick whose process dies, or one of whose ports fails, at its moment number `at`."""
    left = [at]

    def moment(name: str) -> None:
        left[0] -= 1
        if left[0] == -1:
            raise error("a port", "throttled")

    world.moment = moment
    try:
        tick(world, verdict, 2, world.state.epoch)
    finally:
        world.moment = lambda name: None


def overtaken_tick(world: RolloutWorld, verdict: Verdict, at: int) -> None:
    """A tick between two of whose calls another controller does a whole tick of its own."""
    left = [at]

    def moment(name: str) -> None:
        left[0] -= 1
        if left[0] == -1:
            with suppress(SluiceError):
                world.tick(0, world.state.epoch)

    world.moment = moment
    try:
        tick(world, verdict, 2, world.state.epoch)
    finally:
        world.moment = lambda name: None


def ask(world: RolloutWorld, verb: str, by: str) -> None:
    world.ask(verb, by)


def start_another(world: RolloutWorld) -> None:
    world.start(a_plan(*STEPS), rollout_id="r-2")


def failsafe(world: RolloutWorld, minutes: int) -> None:
    world.pass_minutes(minutes)
    world.failsafe()


def foreign_change(world: RolloutWorld, weight_bps: int) -> None:
    world.move_alias_by_hand("1", "2" if weight_bps else None, weight_bps)


verdicts = st.sampled_from([Verdict.PASS, Verdict.PASS, Verdict.PASS, *Verdict])
errors = st.sampled_from([Killed, StoreUnavailable])
events: st.SearchStrategy[Event] = st.one_of(
    st.tuples(st.just(tick), st.tuples(verdicts, st.integers(0, 5), st.integers(1, 3))),
    st.tuples(st.just(tick), st.tuples(verdicts, st.integers(0, 5), st.integers(1, 3))),
    st.tuples(st.just(disturbed_tick), st.tuples(verdicts, st.integers(0, 40), errors)),
    st.tuples(st.just(overtaken_tick), st.tuples(verdicts, st.integers(0, 40))),
    st.tuples(
        st.just(ask),
        st.tuples(
            st.sampled_from(["pause", "resume", "resume", "promote", "abort", "approve", "approve", "roll_back"]),
            st.sampled_from(["ann", "bob", "cem"]),
        ),
    ),
    st.tuples(st.just(start_another), st.just(())),
    st.tuples(st.just(failsafe), st.tuples(st.integers(0, 12))),
)
foreign_changes: st.SearchStrategy[Event] = st.tuples(
    st.just(foreign_change), st.tuples(st.sampled_from([0, 700, 1_000, 9_000]))
)


def happens(world: RolloutWorld, event: Event) -> None:
    act, arguments = event
    with suppress(SluiceError, Killed):
        act(world, *arguments)


def check_weights_moved_along_the_plan(world: RolloutWorld) -> None:
    """Of each rollout: the next step, all, or none; never a step back that is not all the way."""
    allowed: dict[str, set[Shares]] = {}
    order = [Shares("1", "2", weight) for weight in STEPS]
    stable, promoted = Shares("1", None, 0), Shares("2", None, 0)
    counted = {it["intent_seq"]: it for it in reversed(world.records("EFFECT"))}  # rivals may record one twice
    for effect in reversed(counted.values()):
        seen = shares_in(effect["alias"])
        assert seen in allowed.get(effect["rollout_id"], {order[0], stable, promoted})
        after = order[order.index(seen) + 1 :][:1] if seen in order else []
        allowed[effect["rollout_id"]] = {*after, stable, promoted}


def check(world: RolloutWorld) -> None:
    intents = {it["seq"]: it for it in world.records("INTENT")}
    for effect in world.records("EFFECT"):
        assert shares_in(intents[effect["intent_seq"]]["after"]) == shares_in(effect["alias"])
    check_weights_moved_along_the_plan(world)
    assert len([it for it in world.store.list_rollouts(MODEL) if not it.is_closed]) <= 1


def started() -> RolloutWorld:
    world = RolloutWorld()
    world.start(a_plan(*STEPS, gates=(Gate(GateKind.APPROVAL, 2, approvals=2),)))
    return world


def end_of(world: RolloutWorld) -> None:
    """Everybody dies; the failsafe is left."""
    world.pass_minutes(11)
    world.failsafe()
    world.failsafe()


@settings(max_examples=150, deadline=None)
@given(st.lists(events, max_size=30))
def test_whatever_happens_the_ledger_explains_the_alias_and_nobody_stays_at_a_share(happened: list[Event]) -> None:
    world = started()
    for event in happened:
        happens(world, event)
        check(world)
        world.check_ledger_explains_alias()

    end_of(world)

    assert world.store.list_open() == []
    assert world.shares in (Shares("1", None, 0), Shares("2", None, 0))
    assert world.records("FOREIGN_CHANGE") == []


@settings(max_examples=100, deadline=None)
@given(st.lists(events | foreign_changes, max_size=30))
def test_with_foreign_changes_too_nothing_leaves_the_plan_and_what_halts_is_left_alone(happened: list[Event]) -> None:
    world = started()
    for event in happened:
        closed, alias = world.state.is_closed and world.store.find_open(MODEL) is None, world.alias
        happens(world, event)
        check(world)
        if closed and event[0] in (tick, failsafe, disturbed_tick, overtaken_tick):
            assert world.alias == alias

    end_of(world)

    assert world.store.list_open() == []
    assert world.store.find(MODEL, ROLLOUT) is not None
