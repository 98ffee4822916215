"""Several people change experiments at the same time."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from sluice.errors import Conflict, DefinitionChanged, InvalidDefinition, MoveRefused, SlotsTaken, UnknownDefinition
from sluice.experiments.experiment import ExperimentState
from sluice.experiments.namespace import Namespace
from sluice.experiments.ports import Definition, Kind
from sluice.usecases.definition_change import Change
from sluice.usecases.set_holdout import set_holdout
from tests.unit.usecases.experiment_plane import CHANGE, ExperimentPlane
from tests.unit.usecases.flag_plane import ContendedDefinitions

OTHER_SLOTS = [[100_000, 200_000]]


def meanwhile(plane: ExperimentPlane, *rivals: Callable[[], object]) -> None:
    """Let each rival run right before one commit."""
    plane.definitions.meanwhile = list(rivals)


def test_of_two_starts_that_want_the_same_slots_the_slower_is_told_who_has_them() -> None:
    plane = ExperimentPlane()
    plane.define("exp-1")
    plane.define("exp-2", slots=[[50_000, 60_000]])
    meanwhile(plane, lambda: plane.start("exp-2"))

    with pytest.raises(SlotsTaken, match="slots 0-99999 are not free: owned by experiment 'exp-2'"):
        plane.start("exp-1")

    assert plane.experiment("exp-1").state is ExperimentState.DRAFT
    assert [each.experiment for each in plane.namespace().owned] == ["exp-2"]


def test_of_two_starts_that_want_different_slots_both_win() -> None:
    plane = ExperimentPlane()
    plane.define("exp-1")
    plane.define("exp-2", slots=OTHER_SLOTS)
    meanwhile(plane, lambda: plane.start("exp-2"))

    plane.start("exp-1")

    snapshot = plane.snapshot()
    assert snapshot
    assert (snapshot.number, [each["key"] for each in snapshot.experiments]) == (2, ["exp-1", "exp-2"])
    assert sorted(each.experiment for each in plane.namespace().owned) == ["exp-1", "exp-2"]


def test_starts_at_once_from_many_threads_leave_every_slot_with_one_owner_and_a_snapshot_that_knows_all() -> None:
    plane = ExperimentPlane()
    for number in range(8):
        plane.define(f"exp-{number}", slots=[[number // 2 * 1_000, number // 2 * 1_000 + 1_000]])
    together = Barrier(8)

    def start(number: int) -> str:
        together.wait()
        try:
            plane.start(f"exp-{number}")
        except SlotsTaken:
            return "slots taken"
        except Conflict:
            return "others were faster"
        return "started"

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(start, range(8)))

    owners = {each.slots: each.experiment for each in plane.namespace().owned}
    started = {f"exp-{number}" for number, outcome in enumerate(outcomes) if outcome == "started"}
    snapshot = plane.snapshot()
    assert snapshot
    assert set(owners.values()) == started == {each["key"] for each in snapshot.experiments}
    assert len(owners) == len(started) == snapshot.number >= 1


def test_what_changes_between_reading_definitions_and_writing_is_never_left_out_of_the_snapshot() -> None:
    plane = ExperimentPlane()
    plane.define_namespace(Namespace("search"))
    plane.define("exp-1")
    plane.define("exp-2", namespace="search")  # nothing but the snapshot is shared
    rivals = [lambda: plane.start("exp-2")]

    class ReadTooEarly(ContendedDefinitions):
        """A rival comes right after the experiments were read."""

        def list_all(self, kind: Kind) -> Sequence[Definition]:
            found = super().list_all(kind)
            if kind is Kind.EXPERIMENT and rivals:
                rivals.pop()()
            return found

    plane.definitions.__class__ = ReadTooEarly
    plane.start("exp-1")

    snapshot = plane.snapshot()
    assert snapshot
    assert [each["key"] for each in snapshot.experiments] == ["exp-1", "exp-2"]


def test_a_move_is_repeated_on_what_others_made_of_the_snapshot_meanwhile() -> None:
    plane = ExperimentPlane()
    plane.run("exp-1")
    plane.run("exp-2", slots=OTHER_SLOTS)
    meanwhile(plane, *[lambda each=each: plane.ramp("exp-2", each) for each in (2_000, 3_000, 4_000, 5_000)])

    plane.ramp("exp-1", 9_000)

    snapshot = plane.snapshot()
    assert snapshot
    assert [each["coverage_bps"] for each in snapshot.experiments] == [9_000, 5_000]
    assert snapshot.number == 7


def test_a_move_that_others_always_overtake_is_given_up_and_nothing_is_written() -> None:
    plane = ExperimentPlane()
    plane.run("exp-1")
    plane.run("exp-2", slots=OTHER_SLOTS)
    meanwhile(plane, *[lambda each=each: plane.ramp("exp-2", each) for each in range(2_000, 2_005)])

    with pytest.raises(Conflict, match=r"others changed what it shares with them 5 times over; try again"):
        plane.ramp("exp-1")

    assert plane.experiment("exp-1").coverage_bps == 1_000


def test_an_experiment_that_moved_meanwhile_is_never_moved_again_unseen() -> None:
    plane = ExperimentPlane()
    plane.run()
    meanwhile(plane, lambda: plane.ramp(coverage_bps=2_000))

    with pytest.raises(DefinitionChanged, match="experiment 'exp-1' has just been written"):
        plane.ramp(coverage_bps=5_000)

    assert plane.experiment().coverage_bps == 2_000


def test_nor_when_the_snapshot_moved_first_and_the_experiment_after_it() -> None:
    plane = ExperimentPlane()
    plane.run("exp-1")
    plane.run("exp-2", slots=OTHER_SLOTS)
    meanwhile(plane, lambda: (plane.ramp("exp-2"), None)[1], lambda: plane.stop("exp-1"))

    with pytest.raises(DefinitionChanged, match="experiment 'exp-1' has just been written"):
        plane.ramp("exp-1")


def test_a_start_that_races_with_an_attribute_of_another_type_is_refused() -> None:
    plane = ExperimentPlane()
    plane.define_namespace(Namespace("other"))
    plane.define("exp-1", attributes={"age": "int"}, eligibility="age > 17")
    plane.define("exp-2", namespace="other", attributes={"age": "double"}, eligibility="age > 17.5")
    meanwhile(plane, lambda: plane.start("exp-2"))

    with pytest.raises(InvalidDefinition, match=r"attributes\.age: it is int here and double in experiment 'exp-2'"):
        plane.start("exp-1")


def test_a_namespace_whose_holdout_grew_meanwhile_is_looked_at_again() -> None:
    plane = ExperimentPlane()
    plane.define()
    meanwhile(plane, lambda: set_holdout("checkout", 500, change=CHANGE, **plane.stores))

    plane.start()

    snapshot = plane.snapshot()
    assert snapshot
    assert snapshot.namespaces[0]["holdout_bps"] == 500


def test_a_holdout_that_races_with_a_start_loses() -> None:
    plane = ExperimentPlane()
    plane.define()
    meanwhile(plane, plane.start)

    with pytest.raises(DefinitionChanged, match="namespace 'checkout'"):
        set_holdout("checkout", 500, change=CHANGE, **plane.stores)
    with pytest.raises(MoveRefused, match="experiments run in it: exp-1"):
        set_holdout("checkout", 500, change=CHANGE, **plane.stores)


def test_of_two_who_create_one_experiment_the_slower_is_told() -> None:
    plane = ExperimentPlane()
    meanwhile(plane, lambda: plane.define(hypothesis="Mine."))

    with pytest.raises(DefinitionChanged, match="experiment 'exp-1'"):
        plane.define(hypothesis="No, mine.")

    assert plane.experiment().hypothesis == "Mine."


def test_an_experiment_that_must_not_exist_yet_is_created_once() -> None:
    plane = ExperimentPlane()
    new = Change("ann", "because", expected_revision=0)
    plane.define(change=new)

    with pytest.raises(DefinitionChanged):
        plane.define(change=new, hypothesis="Another one.")
    with pytest.raises(UnknownDefinition):
        plane.start("exp-2", change=new)
