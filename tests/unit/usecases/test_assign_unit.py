"""Deciding over stores: sticky, one winner per race, and no failure of a store ever keeps an answer back."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.adapters.memory_units import MemoryUnits
from sluice.errors import InvalidUnit, StoreUnavailable
from sluice.experiments.experiment import Experiment
from sluice.experiments.lifecycle import reallocate, stop
from sluice.experiments.namespace import Namespace
from sluice.experiments.reasons import ANALYSED, Reason
from sluice.experiments.slot_ranges import SlotRange
from sluice.experiments.slots import SLOT_COUNT
from sluice.experiments.unit import unit_key_of
from sluice.experiments.unit_request import UnitRequest, UnitSources
from sluice.experiments.unit_state import Override, StoredAssignment
from sluice.usecases.assign_unit import STICKY_DAYS, UnitAssigner
from tests.unit.experiments.running import NOW, SECRET, an_experiment, attributes, owning, stored
from tests.unit.usecases.assigner_plane import CACHE_SECONDS, AssignerPlane, a_unit_that_moves

BEFORE = an_experiment()
AFTER = reallocate(BEFORE, {"control": 1_000, "treatment": 9_000})
MOVED, OLD, NEW = a_unit_that_moves(BEFORE, AFTER)
FIRST = an_experiment("first", namespace="one")
SECOND = an_experiment("second", namespace="two")
BOTH = [owning(FIRST, namespace=Namespace("one")), owning(SECOND, namespace=Namespace("two"))]


@pytest.fixture
def plane() -> AssignerPlane:
    """One experiment for everybody."""
    plane = AssignerPlane()
    plane.publish(BEFORE)
    return plane


def test_a_new_unit_is_bucketed_and_stored_with_all_that_deciding_and_analysis_need(plane: AssignerPlane) -> None:
    assignment = plane.environment().the_one(MOVED)

    assert assignment.variant is not None
    assert (assignment.variant.key, assignment.reason) == (OLD, Reason.BUCKETED)
    (kept,) = MemoryUnits.load(plane.units, "user", MOVED, now=NOW).assignments.values()
    assert kept == StoredAssignment(
        experiment="exp-1",
        variant=OLD,
        propensity_bps=5_000,
        allocation_version=1,
        experiment_revision=1,
        namespace_draw="main:main",
        slot=assignment.slot or 0,
        assigned_at=NOW,
        expires_at=NOW + timedelta(days=STICKY_DAYS),
    )


def test_what_records_need_of_the_snapshot_comes_along(plane: AssignerPlane) -> None:
    assigned = plane.environment().assign("né")

    snapshot = plane.definitions.find_snapshot("model:risk")
    assert snapshot is not None
    assert (assigned.snapshot_number, assigned.snapshot_digest) == (1, snapshot.digest)
    assert assigned.unit_key == unit_key_of(SECRET, "user", "né")
    assert assigned.failure is None
    assert assigned.ignored_count == 0


def test_the_second_request_gets_what_is_stored_and_reads_and_writes_nothing(plane: AssignerPlane) -> None:
    environment = plane.environment()

    reasons = [environment.the_one().reason for _ in range(3)]

    assert reasons == [Reason.BUCKETED, Reason.STORED, Reason.STORED]
    assert (len(plane.units.reads), len(plane.units.writes)) == (1, 1)


def test_every_environment_gives_what_the_first_one_stored(plane: AssignerPlane) -> None:
    plane.environment().the_one(MOVED)
    plane.publish(AFTER)

    for environment in (plane.environment(), plane.environment(unit_cache_seconds=0)):
        assignment = environment.the_one(MOVED)
        assert assignment.variant is not None
        assert (assignment.variant.key, assignment.reason) == (OLD, Reason.STORED)
        assert (assignment.allocation_version, assignment.propensity_bps) == (1, 5_000)


def test_the_loser_of_a_race_adopts_the_winners_arm(plane: AssignerPlane) -> None:
    winner, loser = plane.environment(), plane.environment()
    winner.ports.snapshot.get()
    plane.publish(AFTER)

    def be_faster() -> None:
        plane.units.before_write = lambda: None
        assert winner.the_one(MOVED).reason is Reason.BUCKETED

    plane.units.before_write = be_faster
    adopted = loser.the_one(MOVED)

    assert adopted.variant is not None
    assert (adopted.variant.key, adopted.reason) == (OLD, Reason.STORED)
    assert (adopted.allocation_version, adopted.propensity_bps) == (1, 5_000)
    assert plane.units.writes == ["exp-1", "exp-1"]
    again = loser.the_one(MOVED)
    assert again == adopted
    assert len(plane.units.writes) == 2


def test_a_failed_read_serves_the_computed_variant_and_writes_nothing(plane: AssignerPlane) -> None:
    plane.units.failing = {"read"}

    assigned = plane.environment().assign(MOVED)

    (assignment,) = assigned.assignments
    assert assignment.variant is not None
    assert (assignment.variant.key, assignment.reason) == (OLD, Reason.FALLBACK)
    assert not assignment.is_analysed
    assert assigned.failure == "table units is unavailable: read: no answer within 50 ms"
    assert plane.units.writes == []
    assert plane.stored(MOVED) == {}


def test_a_failed_write_serves_the_computed_variant_as_one_that_may_not_last(plane: AssignerPlane) -> None:
    plane.units.failing = {"write"}
    environment = plane.environment()

    assigned = environment.assign(MOVED)

    (assignment,) = assigned.assignments
    assert assignment.variant is not None
    assert (assignment.variant.key, assignment.reason) == (OLD, Reason.FALLBACK)
    assert assigned.failure == "table units is unavailable: write: no answer within 50 ms"
    assert plane.stored(MOVED) == {}
    plane.units.failing = set()
    assert environment.the_one(MOVED).reason is Reason.BUCKETED
    assert plane.stored(MOVED) == {"exp-1": OLD}


def test_a_write_that_was_made_too_late_stands(plane: AssignerPlane) -> None:
    plane.units.failing = {"late"}
    environment = plane.environment()
    assert environment.the_one(MOVED).reason is Reason.FALLBACK
    plane.units.failing = set()
    plane.publish(AFTER)
    plane.time.move(seconds=CACHE_SECONDS)

    assignment = environment.the_one(MOVED)

    assert assignment.variant is not None
    assert (assignment.variant.key, assignment.reason) == (OLD, Reason.STORED)


@pytest.mark.parametrize("unit_cache_seconds", [0, CACHE_SECONDS])
def test_a_unit_keeps_its_arm_when_the_store_returns_even_if_the_weights_changed_meanwhile(
    plane: AssignerPlane, unit_cache_seconds: float
) -> None:
    environment = plane.environment(unit_cache_seconds=unit_cache_seconds)
    environment.the_one(MOVED)
    plane.publish(AFTER)
    plane.units.failing = {"read", "write"}
    plane.time.move(seconds=CACHE_SECONDS)

    meanwhile = environment.the_one(MOVED)
    plane.units.failing = set()
    afterwards = environment.the_one(MOVED)

    assert meanwhile.variant is not None
    assert (meanwhile.variant.key, meanwhile.reason) == (NEW, Reason.FALLBACK)
    assert afterwards.variant is not None
    assert (afterwards.variant.key, afterwards.reason) == (OLD, Reason.STORED)


def test_a_unit_in_memory_keeps_its_arm_while_the_store_is_away(plane: AssignerPlane) -> None:
    environment = plane.environment()
    environment.the_one(MOVED)
    plane.units.failing = {"read", "write"}

    assert environment.the_one(MOVED).reason is Reason.STORED


@pytest.mark.parametrize("unusable", [{"variant": "gone"}, {"namespace_draw": "main:another"}])
def test_what_is_stored_and_cannot_be_used_is_neither_served_nor_overwritten(
    plane: AssignerPlane, unusable: dict[str, str]
) -> None:
    garbage = stored(**unusable)
    plane.units.put_if_absent("user", MOVED, garbage)

    assignment = plane.environment().the_one(MOVED)

    assert assignment.variant is not None
    assert (assignment.variant.key, assignment.reason) == (OLD, Reason.FALLBACK)
    assert plane.stored(MOVED) == {"exp-1": garbage.variant}


def test_of_several_writes_none_is_tried_after_one_has_failed() -> None:
    """Each may take the whole budget; a unit waits for one of them at most."""
    plane = AssignerPlane()
    plane.publish(FIRST, SECOND, namespaces=BOTH)
    plane.units.failing = {"write"}

    assigned = plane.environment().assign()

    assert [it.reason for it in assigned.assignments] == [Reason.FALLBACK, Reason.FALLBACK]
    assert plane.units.writes == ["first"]


def test_overlapping_experiments_are_stored_one_by_one_and_read_together() -> None:
    plane = AssignerPlane()
    plane.publish(FIRST, SECOND, namespaces=BOTH)

    first, second = plane.environment(), plane.environment()

    assert [it.reason for it in first.assign().assignments] == [Reason.BUCKETED, Reason.BUCKETED]
    assert [it.reason for it in second.assign().assignments] == [Reason.STORED, Reason.STORED]
    assert (len(plane.units.reads), plane.units.writes) == (2, ["first", "second"])


def test_an_experiment_that_is_not_sticky_stores_nothing() -> None:
    plane = AssignerPlane()
    plane.publish(an_experiment(sticky=False))
    environment = plane.environment()

    assert [environment.the_one().reason for _ in range(2)] == [Reason.BUCKETED, Reason.BUCKETED]
    assert plane.units.writes == []


@pytest.mark.parametrize(
    "changes",
    [
        {"coverage_bps": 0},
        {"is_stopped": True},
        {"eligibility": "age > 18", "attributes": attributes(age="int")},
    ],
)
def test_only_what_chance_decided_is_stored(changes: dict[str, Any]) -> None:
    plane = AssignerPlane()
    plane.publish(an_experiment(**changes))

    assignment = plane.environment().the_one()

    assert assignment.variant is None
    assert plane.units.writes == []


def test_a_settled_unit_is_decided_once_until_its_state_or_the_definitions_are_read_again(plane: AssignerPlane) -> None:
    environment = plane.environment(unit_cache_seconds=CACHE_SECONDS / 2)
    first, decided, settled, again = (environment.assign(MOVED) for _ in range(4))
    plane.time.move(seconds=CACHE_SECONDS / 2)
    later = environment.assign(MOVED)

    assert first.assignments[0].reason is Reason.BUCKETED
    assert decided == settled == later
    assert settled is again
    assert settled is not later


def test_a_settled_unit_is_forced_as_soon_as_its_state_is_read_again(plane: AssignerPlane) -> None:
    environment = plane.environment(unit_cache_seconds=CACHE_SECONDS / 2)
    for _ in range(2):
        environment.assign(MOVED)
    plane.units.put_override("user", MOVED, Override("exp-1", NEW, "me", "to look", NOW + timedelta(days=1)))

    assert environment.the_one(MOVED).reason is Reason.STORED
    plane.time.move(seconds=CACHE_SECONDS / 2)
    assert environment.the_one(MOVED).reason is Reason.OVERRIDE


def test_an_override_is_served_and_never_stored_as_an_assignment(plane: AssignerPlane) -> None:
    forced = Override("exp-1", NEW, "me", "to look at it", NOW + timedelta(days=1))
    plane.units.put_override("user", MOVED, forced)

    assignment = plane.environment().the_one(MOVED)

    assert assignment.variant is not None
    assert (assignment.variant.key, assignment.reason) == (NEW, Reason.OVERRIDE)
    assert plane.stored(MOVED) == {}


def test_a_kill_switch_reaches_units_in_memory_within_the_snapshots_cache_time(plane: AssignerPlane) -> None:
    environment = plane.environment(unit_cache_seconds=1_000_000)
    environment.the_one()
    plane.publish(stop(BEFORE))

    assert environment.the_one().reason is Reason.STORED
    plane.time.move(seconds=CACHE_SECONDS)
    stopped = environment.the_one()

    assert (stopped.variant, stopped.reason) == (None, Reason.KILL_SWITCH)


def test_an_assignment_that_has_expired_is_drawn_anew(plane: AssignerPlane) -> None:
    environment = plane.environment()
    environment.the_one(MOVED)
    plane.publish(AFTER)

    plane.time.move(days=STICKY_DAYS, seconds=-1)
    kept = environment.the_one(MOVED)
    plane.time.move(seconds=1 + CACHE_SECONDS)
    drawn = environment.the_one(MOVED)

    assert kept.variant is not None
    assert (kept.variant.key, kept.reason) == (OLD, Reason.STORED)
    assert drawn.variant is not None
    assert (drawn.variant.key, drawn.reason) == (NEW, Reason.BUCKETED)
    assert drawn.allocation_version == 2


def test_slots_that_went_to_another_experiment_take_their_units_along_and_this_is_counted(plane: AssignerPlane) -> None:
    plane.environment().the_one(MOVED)
    plane.publish(an_experiment(slots=(SlotRange(0, 1),)), an_experiment("exp-2", slots=(SlotRange(1, SLOT_COUNT),)))

    assigned = plane.environment().assign(MOVED)

    (assignment,) = assigned.assignments
    assert (assignment.experiment.key, assignment.reason) == ("exp-2", Reason.BUCKETED)
    assert assigned.ignored_count == 1
    assert plane.stored(MOVED).keys() == {"exp-1", "exp-2"}


def test_what_is_stored_of_experiments_that_are_over_is_not_counted(plane: AssignerPlane) -> None:
    environment = plane.environment()
    plane.units.put_if_absent("user", "unit", stored("concluded-long-ago"))

    first, second = environment.assign(), environment.assign()

    assert (first.ignored_count, second.ignored_count) == (0, 0)
    assert second.assignments[0].reason is Reason.STORED


def test_a_unit_that_crossed_over_keeps_its_arm_and_the_mark(plane: AssignerPlane) -> None:
    plane.environment().the_one()
    plane.units.mark_crossed_over("user", "unit", "exp-1")

    assignment = plane.environment().the_one()

    assert assignment.reason is Reason.STORED
    assert assignment.crossed_over
    assert not assignment.is_analysed


def test_a_unit_that_no_experiment_asks_for_is_not_read(plane: AssignerPlane) -> None:
    assigned = plane.environment().assign(unit_type="device")

    assert assigned.assignments == ()
    assert assigned.unit_key == unit_key_of(SECRET, "device", "unit")
    assert plane.units.reads == []


def test_without_experiments_a_unit_gets_nothing_and_nothing_went_wrong() -> None:
    plane = AssignerPlane()

    assigned = plane.environment().assign()

    assert assigned == plane.environment().assign()
    assert (assigned.assignments, assigned.unit_key, assigned.failure) == ((), None, None)
    assert plane.units.reads == []


def test_a_snapshot_that_never_came_is_a_failure_and_no_assignment(plane: AssignerPlane) -> None:
    plane.definitions.are_away = True

    assigned = plane.environment().assign()

    assert assigned.assignments == ()
    assert assigned.failure == "table experiments is unavailable: throttled"
    assert assigned.unit_key is None


def test_the_last_good_snapshot_decides_while_the_next_cannot_be_read(plane: AssignerPlane) -> None:
    environment = plane.environment()
    before = environment.the_one()
    plane.definitions.are_away = True
    plane.time.move(days=1)

    assigned = environment.assign()

    assert assigned.assignments[0].variant == before.variant
    assert (assigned.snapshot_number, assigned.failure) == (1, None)


Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "ask", "ask", "weights", "break", "mend", "wait", "restart"]), st.integers(0, 99)
    ),
    max_size=40,
)
FAULTS: list[set[str]] = [{"read"}, {"write"}, {"late"}, {"read", "late"}, {"read", "write"}]


class Story:
    """Whatever happens to stores, weights and environments, while units come and go."""

    def __init__(self) -> None:
        self.plane = AssignerPlane()
        self.experiment: Experiment = BEFORE
        self.plane.publish(BEFORE)
        self.environments = [self.plane.environment(), self.plane.environment(unit_cache_seconds=0)]
        self.analysed: dict[str, set[str]] = {}

    def take(self, step: Step) -> None:
        action, number = step
        match action:
            case "ask":
                self._ask(f"unit-{number % 5}", number % 2)
            case "weights":
                wanted = {"control": number * 100, "treatment": 10_000 - number * 100}
                if wanted["control"] != self.experiment.variants[0].weight_bps:
                    self.experiment = reallocate(self.experiment, wanted)
                    self.plane.publish(self.experiment)
            case "break":
                self.plane.units.failing = FAULTS[number % len(FAULTS)]
            case "mend":
                self.plane.units.failing = set()
            case "wait":
                self.plane.time.move(seconds=number)
            case "restart":
                self.environments[number % 2] = self.plane.environment(unit_cache_seconds=number % 2 * CACHE_SECONDS)

    def _ask(self, unit: str, environment: int) -> None:
        assignment = self.environments[environment].the_one(unit)
        assert assignment.variant is not None
        assert assignment.reason in {*ANALYSED, Reason.FALLBACK}
        if assignment.is_analysed:
            self.analysed.setdefault(unit, set()).add(assignment.variant.key)


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_whatever_fails_a_unit_has_one_variant_that_counts_and_that_one_is_stored(steps: list[Step]) -> None:
    story = Story()
    for step in steps:
        story.take(step)

    for unit, variants in story.analysed.items():
        assert variants == {story.plane.stored(unit)["exp-1"]}


def test_a_request_without_a_unit_asks_no_store(plane: AssignerPlane) -> None:
    assigner = UnitAssigner(plane.environment().ports, UnitSources())

    assert assigner({"sluice_attr_age": 3}, {"sub": "u"}) is None
    assert (plane.definitions.reads, plane.units.reads) == (0, [])


def test_an_assigner_takes_the_unit_from_parameters_or_claims(plane: AssignerPlane) -> None:
    assigner = UnitAssigner(plane.environment().ports, UnitSources(unit_claim="sub"))

    from_parameters, from_claims = assigner({"sluice_unit": 7}, {}), assigner({"sluice_unit": 7}, {"sub": "known"})

    assert from_parameters is not None
    assert from_parameters.unit == UnitRequest("user", "7", {})
    assert from_claims is not None
    assert from_claims.unit == UnitRequest("user", "known", {}, is_from_parameters=False)
    with pytest.raises(InvalidUnit, match=r"^parameter sluice_unit: "):
        assigner({"sluice_unit": ""}, {})


def test_failures_of_other_kinds_are_not_hidden(plane: AssignerPlane) -> None:
    """A bug must be answered with 500 and recorded, not taken for a store that is away."""

    def bug() -> None:
        raise ZeroDivisionError

    plane.units.before_write = bug
    with pytest.raises(ZeroDivisionError):
        plane.environment().assign()
    assert not issubclass(ZeroDivisionError, StoreUnavailable)
