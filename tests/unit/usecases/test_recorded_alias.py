"""Moves of the alias outside of rollouts: the ledger tells of each, whoever dies or comes between."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from threading import Barrier, Thread
from typing import Any

import pytest

from sluice.adapters.memory_content_store import MemoryContentStore
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.catalog.alias import AliasState
from sluice.catalog.approval import ApprovalState
from sluice.errors import AliasRefused, MoveRefused, RolloutOpen, StoreUnavailable
from sluice.governance.last_move import last_move
from sluice.rollouts.shares import Shares
from sluice.usecases.compose_release import ReleaseWish
from sluice.usecases.publish_release import publish_release
from sluice.usecases.shift_alias import ShiftWish, shift_alias
from sluice.usecases.verify_ledger import verify_ledger
from sluice.usecases.what_served import Share, what_served
from tests.unit.catalog.builders import a_model, a_version, an_event
from tests.unit.usecases.alias_world import alias_ports, governed_ports
from tests.unit.usecases.experiment_plane import ExperimentPlane
from tests.unit.usecases.rollout_world import MODEL, Killed, RolloutWorld

STABLE, CANARY, PROMOTED = Shares("1", None, 0), Shares("1", "2", 1_000), Shares("2", None, 0)


def shift(world: RolloutWorld, function_version: str = "2", weight_bps: int = 1_000, by: str = "ada") -> AliasState:
    wish = ShiftWish(function_version, weight_bps, by, "a look at it")
    return shift_alias(MODEL, wish, ports=governed_ports(world)).after


def told(world: RolloutWorld) -> tuple[Share, ...]:
    """What the ledger says that serves now; nothing is left open."""
    found = last_move(world.ledger.newest_first(MODEL))
    assert found.begun is None
    served = what_served(MODEL, world.clock.now(), ledger=world.ledger)
    assert served
    assert not served.intended
    return served.shares


def shares_told(shares: Shares) -> tuple[Share, ...]:
    """What the ledger should say: function version N carries release N."""
    pairs = ((shares.stable_version, 10_000 - shares.candidate_weight_bps), shares[1:])
    return tuple(Share(version, int(version), bps) for version, bps in pairs if version)


def test_a_shift_is_an_intent_and_what_the_alias_was_read_back_as() -> None:
    world = RolloutWorld()

    moved = shift(world)

    intent, effect = world.records()
    assert (intent["type"], intent["actor"], intent["rollout_id"], intent["why"]) == (
        "INTENT",
        "ada",
        "",
        "a look at it",
    )
    assert (intent["before"]["stable_version"], intent["before"]["candidate_version"]) == ("1", None)
    assert (intent["after"]["candidate_version"], intent["after"]["candidate_weight_bps"]) == ("2", 1_000)
    assert (effect["type"], effect["intent_seq"]) == ("EFFECT", intent["seq"])
    assert effect["alias"]["revision_id"] == moved.revision_id == world.alias.revision_id
    assert told(world) == (Share("1", 1, 9_000), Share("2", 2, 1_000))


def test_the_end_of_a_candidacy_is_recorded_too_and_what_is_so_already_is_not() -> None:
    world = RolloutWorld()
    shift(world)

    shift(world, weight_bps=0)
    again = shift(world, weight_bps=0)

    assert [it["type"] for it in world.records()] == ["INTENT", "EFFECT"] * 2
    assert again == world.alias
    assert told(world) == shares_told(STABLE)


def test_the_first_release_is_recorded_with_the_alias_that_it_makes() -> None:
    world = unreleased(RolloutWorld())

    for _ in range(2):
        first_release(world)

    intent, effect = world.records()
    assert intent["before"]["stable_version"] == ""
    assert effect["alias"]["releases"] == {"1": 1}
    assert told(world) == (Share("1", 1, 10_000),)


def test_no_person_moves_the_alias_of_an_open_rollout() -> None:
    world = RolloutWorld()
    world.start()
    world.tick()

    for weight_bps in (0, 2_000, 10_000):
        with pytest.raises(RolloutOpen, match="end it with `sluice rollout abort churn`"):
            shift(world, weight_bps=weight_bps)

    assert world.shares == CANARY
    assert {it["rollout_id"] for it in world.records()} == {"r-1"}


def test_while_a_rollout_is_open_a_release_may_be_published() -> None:
    world = RolloutWorld()
    world.start()
    world.tick()

    published = publish_release(
        MODEL, ReleaseWish(1), ports=governed_ports(world), content=MemoryContentStore(), by="a"
    )

    assert published.alias == world.alias
    assert {it["rollout_id"] for it in world.records()} == {"r-1"}


def test_what_aws_refuses_for_its_rules_leaves_no_record() -> None:
    world = RolloutWorld()

    with pytest.raises(AliasRefused, match="ValidationException"):
        shift(world, weight_bps=15_000)

    assert world.records() == []


def test_a_change_that_nobody_recorded_is_told_before_the_next() -> None:
    world = RolloutWorld()
    shift(world)
    world.move_alias_by_hand("2")

    shift(world, "1", 10_000)

    foreign = world.records()[2]
    assert (foreign["type"], foreign["actor"]) == ("FOREIGN_CHANGE", "ada")
    assert (foreign["expected"]["candidate_version"], foreign["alias"]["stable_version"]) == ("2", "2")
    assert told(world) == shares_told(STABLE)


def test_a_table_that_fails_after_the_alias_moved_leaves_an_intent_that_the_next_command_settles() -> None:
    world = RolloutWorld()
    appended = []

    def fail_the_second_time(name: str) -> None:
        if name == "before ledger.append":
            appended.append(name)
            if len(appended) == 2:
                raise StoreUnavailable("ledger", "throttled")

    world.moment = fail_the_second_time
    with pytest.raises(StoreUnavailable):
        shift(world)
    served = what_served(MODEL, world.clock.now(), ledger=world.ledger)
    assert served is None
    assert last_move(world.ledger.newest_first(MODEL)).begun

    assert shift(world) == world.alias

    assert world.shares == CANARY
    assert told(world) == shares_told(CANARY)


def deaths(run: Callable[[RolloutWorld], Any]) -> list[str]:
    """The names of all calls of a run, each before and after."""
    names: list[str] = []
    world = RolloutWorld(moment=names.append)
    run(world)
    return [f"{names[:index].count(name)} {name}" for index, name in enumerate(names)]


def killed_at(moment: str) -> Callable[[str], None]:
    """Ends the process at one call, by how often the same was made before it."""
    before, _, name = moment.partition(" ")
    left = [int(before)]

    def check(called: str) -> None:
        if called == name:
            if not left[0]:
                raise Killed
            left[0] -= 1

    return check


def unreleased(world: RolloutWorld) -> RolloutWorld:
    """A world in which nothing was published yet."""
    world.publisher, world.registry = MemoryPublisher(MODEL), MemoryRegistry()
    world.registry.save_model(a_model(), an_event())
    world.registry.add_version(a_version(1, ApprovalState.APPROVED), an_event())
    return world


def first_release(world: RolloutWorld) -> AliasState:
    ports = governed_ports(world)
    return publish_release(MODEL, ReleaseWish(1), ports=ports, content=MemoryContentStore(), by="ada").alias


@pytest.mark.parametrize("moment", deaths(shift))
def test_a_shift_that_is_killed_at_any_call_ends_as_wished_by_the_next_try(moment: str) -> None:
    world = RolloutWorld(moment=killed_at(moment))
    with pytest.raises(Killed):
        shift(world)
    world.moment = lambda name: None

    shift(world)

    assert world.shares == CANARY
    assert told(world) == shares_told(CANARY)


@pytest.mark.parametrize("moment", deaths(shift))
def test_another_wish_after_a_shift_that_was_killed_has_the_last_word(moment: str) -> None:
    world = RolloutWorld(moment=killed_at(moment))
    with pytest.raises(Killed):
        shift(world)
    world.moment = lambda name: None

    shift(world, "2", 10_000)

    assert world.shares == PROMOTED
    assert told(world) == shares_told(PROMOTED)
    assert verify_ledger(MODEL, governed_ports(world).governed.ledger).is_whole  # type: ignore[union-attr]


@pytest.mark.parametrize("moment", deaths(lambda world: first_release(unreleased(world))))
def test_a_first_release_that_is_killed_at_any_call_is_served_and_told_after_the_next_try(moment: str) -> None:
    world = unreleased(RolloutWorld(moment=killed_at(moment)))
    with pytest.raises(Killed):
        first_release(world)
    world.moment = lambda name: None

    first_release(world)

    assert told(world) == (Share("1", 1, 10_000),)


@pytest.mark.parametrize("rivals_weight_bps", [0, 1_000, 10_000])
@pytest.mark.parametrize("moment", deaths(shift))
def test_a_rival_who_comes_between_any_two_calls_leaves_a_ledger_that_tells_who_serves(
    moment: str, rivals_weight_bps: int
) -> None:
    """The first, who was thought dead, goes on afterwards; it may lose, but the ledger never lies."""
    world = RolloutWorld()
    dies = killed_at(moment)

    def let_the_rival_in(name: str) -> None:
        try:
            dies(name)
        except Killed:
            world.moment = lambda name: None
            shift(world, "2", rivals_weight_bps, by="bob")

    world.moment = let_the_rival_in
    with suppress(AliasRefused):
        shift(world)

    assert told(world) == shares_told(world.shares)
    assert verify_ledger(MODEL, governed_ports(world).governed.ledger).is_whole  # type: ignore[union-attr]


def test_ten_at_once_leave_a_ledger_that_tells_who_serves() -> None:
    world = RolloutWorld()
    start = Barrier(10)

    def move(weight_bps: int) -> None:
        start.wait()
        with suppress(AliasRefused):
            shift(world, weight_bps=weight_bps)

    rivals = [Thread(target=move, args=(100 * (number + 1),)) for number in range(10)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()

    assert world.shares.candidate_version == "2"
    assert told(world) == shares_told(world.shares)
    effects = [it["intent_seq"] for it in world.records("EFFECT")]
    assert {it["seq"] for it in world.records("INTENT")} == set(effects)


def needing(plane: ExperimentPlane) -> Any:
    """Release 1 serves versions 1 and 2, release 2 version 1 alone; an experiment needs both."""
    ports = alias_ports(plane.registry, plane.publisher)
    publish_release("churn", ReleaseWish(1, versions=[1]), ports=ports, content=MemoryContentStore(), by="ada")
    return ports


def test_who_lacks_what_a_running_experiment_needs_gets_no_traffic_without_a_reason() -> None:
    plane = ExperimentPlane()
    plane.run("exp-1")
    ports = needing(plane)
    lacking = ports.registry.list_bindings("churn")[-1].function_version
    wish = ShiftWish(lacking, 1_000, "ada", "the old one fails")

    with pytest.raises(MoveRefused, match="lacks version 2 for exp-1"):
        shift_alias("churn", wish, ports=ports, definitions=plane.definitions)

    moved = shift_alias("churn", replace(wish, is_forced=True), ports=ports, definitions=plane.definitions)
    assert moved.after.candidate_version == lacking
    ended = shift_alias("churn", replace(wish, weight_bps=0), ports=ports, definitions=plane.definitions)
    assert ended.after.candidate_version is None
