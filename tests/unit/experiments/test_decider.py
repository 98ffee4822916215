"""The precedence: every rule above beats every rule below it, and says so."""

from dataclasses import replace
from typing import Any

import pytest

from sluice.experiments.assignment import Assignment
from sluice.experiments.decider import Decider
from sluice.experiments.experiment import Hashing
from sluice.experiments.namespace import Namespace
from sluice.experiments.reasons import ANALYSED, Reason
from sluice.experiments.slot_ranges import SlotRange
from sluice.experiments.slots import SLOT_COUNT, Draw, experiment_salt, namespace_salt
from sluice.experiments.unit_state import NOTHING_STORED, Override, UnitState
from sluice.experiments.variant import Variant
from tests.unit.experiments.running import (
    NOW,
    a_decider,
    an_experiment,
    attributes,
    owning,
    stored,
)

ADULTS: dict[str, Any] = {"eligibility": "age >= 18", "attributes": attributes(age="int", country="string")}
FORCED = UnitState(overrides={"exp-1": Override("exp-1", "treatment", "me", "to look at it", NOW)})
REMEMBERED = UnitState(assignments={"exp-1": stored()})


def decide(decider: Decider, state: UnitState | None = NOTHING_STORED, unit: str = "unit", **facts: Any) -> Assignment:
    (assignment,) = decider.decide("user", unit, attributes=facts, state=state)
    return assignment


def outcome(assignment: Assignment) -> tuple[str | None, Reason]:
    return assignment.variant.key if assignment.variant else None, assignment.reason


STOPPED = a_decider(an_experiment(is_stopped=True))
HELD_OUT = a_decider(
    an_experiment(), namespaces=[owning(an_experiment(), namespace=Namespace("main", holdout_bps=10_000))]
)
ELSEWHERE = a_decider(
    an_experiment(slots=(SlotRange(0, 1),)), an_experiment("exp-2", slots=(SlotRange(1, SLOT_COUNT),))
)
ADULTS_ONLY = a_decider(an_experiment(**ADULTS))
NOBODY_YET = a_decider(an_experiment(coverage_bps=0))
EVERYBODY = a_decider(an_experiment())


@pytest.mark.parametrize(
    ("decider", "state", "facts", "expected"),
    [
        (STOPPED, FORCED, {}, (None, Reason.KILL_SWITCH)),
        (STOPPED, REMEMBERED, {}, (None, Reason.KILL_SWITCH)),
        (STOPPED, None, {}, (None, Reason.KILL_SWITCH)),
        (
            EVERYBODY,
            UnitState({"exp-1": stored(variant="control")}, FORCED.overrides),
            {},
            ("treatment", Reason.OVERRIDE),
        ),
        (HELD_OUT, FORCED, {}, ("treatment", Reason.OVERRIDE)),
        (ELSEWHERE, FORCED, {}, ("treatment", Reason.OVERRIDE)),
        (ADULTS_ONLY, FORCED, {"age": 3}, ("treatment", Reason.OVERRIDE)),
        (NOBODY_YET, FORCED, {}, ("treatment", Reason.OVERRIDE)),
        (HELD_OUT, REMEMBERED, {}, ("treatment", Reason.STORED)),
        (ADULTS_ONLY, REMEMBERED, {"age": 3}, ("treatment", Reason.STORED)),
        (NOBODY_YET, REMEMBERED, {}, ("treatment", Reason.STORED)),
        (HELD_OUT, NOTHING_STORED, {}, (None, Reason.HOLDOUT)),
        (HELD_OUT, None, {}, (None, Reason.HOLDOUT)),
        (ADULTS_ONLY, NOTHING_STORED, {"age": 3}, (None, Reason.NOT_ELIGIBLE)),
        (ADULTS_ONLY, NOTHING_STORED, {}, (None, Reason.ATTRIBUTE_MISSING)),
        (ADULTS_ONLY, NOTHING_STORED, {"age": "18"}, (None, Reason.ATTRIBUTE_MISSING)),
        (NOBODY_YET, NOTHING_STORED, {}, (None, Reason.NOT_COVERED)),
        (EVERYBODY, NOTHING_STORED, {}, ("treatment", Reason.BUCKETED)),
        (EVERYBODY, None, {}, ("treatment", Reason.FALLBACK)),
    ],
)
def test_the_first_rule_that_applies_decides(
    decider: Decider, state: UnitState | None, facts: dict[str, Any], expected: tuple[str | None, Reason]
) -> None:
    assert outcome(decide(decider, state, **facts)) == expected


def test_a_stored_assignment_does_not_outlive_the_ownership_of_its_slot() -> None:
    assert decide(ELSEWHERE, REMEMBERED).reason is Reason.BUCKETED
    assert decide(ELSEWHERE, REMEMBERED).experiment.key == "exp-2"


@pytest.mark.parametrize("unusable", [{"namespace_draw": "main:another-seed"}, {"variant": "gone"}])
def test_a_stored_assignment_of_another_draw_or_variant_does_not_count(unusable: dict[str, str]) -> None:
    state = UnitState(assignments={"exp-1": stored(**unusable)})

    assert decide(EVERYBODY, state).reason is Reason.BUCKETED


def test_a_stored_assignment_keeps_the_allocation_under_which_the_unit_entered() -> None:
    state = UnitState(assignments={"exp-1": stored(propensity_bps=1_000, allocation_version=3, crossed_over=True)})

    kept = decide(EVERYBODY, state)

    assert (kept.allocation_version, kept.propensity_bps, kept.crossed_over) == (3, 1_000, True)
    assert not kept.is_analysed


def test_an_override_of_an_unknown_variant_or_experiment_is_none() -> None:
    unknown = UnitState(
        overrides={
            "exp-1": replace(FORCED.overrides["exp-1"], variant="gone"),
            "other": replace(FORCED.overrides["exp-1"], subject="other"),
        }
    )

    assert decide(EVERYBODY, unknown).reason is Reason.BUCKETED


def test_of_two_overrides_in_a_namespace_the_first_by_key_counts() -> None:
    override = FORCED.overrides["exp-1"]
    both = UnitState(overrides={"exp-2": replace(override, subject="exp-2"), "exp-1": override})

    assert decide(ELSEWHERE, both).experiment.key == "exp-1"


def test_a_unit_whose_slot_nobody_owns_is_in_no_experiment() -> None:
    decider = a_decider(an_experiment(slots=(SlotRange(0, 1),)))

    assert decider.decide("user", "u", attributes={}, state=NOTHING_STORED) == []


def test_a_unit_of_another_type_is_in_no_experiment() -> None:
    assert EVERYBODY.decide("device", "u", attributes={}, state=NOTHING_STORED) == []
    assert not EVERYBODY.concerns("device")


def test_what_it_takes_to_compute_it_again_is_in_the_assignment() -> None:
    assignment = decide(EVERYBODY, unit="né")

    namespace_draw = Draw(namespace_salt("main", "main"), "user")
    arm_draw = Draw(experiment_salt("exp-1", "exp-1"), "user")
    assert assignment.slot == namespace_draw.slot_of("né".encode())
    assert assignment.arm_slot == arm_draw.slot_of("né".encode())
    assert (assignment.propensity_bps, assignment.allocation_version) == (5_000, 1)


def test_an_unused_attribute_may_be_missing() -> None:
    decider = a_decider(
        an_experiment(eligibility="country == 'DE' || age > 18", attributes=attributes(age="int", country="string"))
    )

    assert decide(decider, country="DE").reason is Reason.BUCKETED
    assert decide(decider, age=19).reason is Reason.BUCKETED
    assert decide(decider, country="FR").reason is Reason.ATTRIBUTE_MISSING
    assert decide(decider, country="FR", age=3).reason is Reason.NOT_ELIGIBLE


def test_attributes_of_any_kind_break_nothing() -> None:
    decider = a_decider(
        an_experiment(
            eligibility="age > 3 && country == 'x' && 'a' in tags && score > 0.5 && member",
            attributes=attributes(age="int", country="string", tags="strings", score="double", member="bool"),
        )
    )
    good: dict[str, Any] = {"age": 4, "country": "x", "tags": ["a"], "score": 1, "member": True}

    assert decide(decider, **good).reason is Reason.BUCKETED
    strange: list[Any] = [None, [], {}, "\ud800", 2**70, True, 0.5, -1, ["a", 1]]
    for name in good:
        for value in strange:
            assert decide(decider, **{**good, name: value}).reason in set(Reason)


def test_namespaces_are_asked_in_their_declared_order() -> None:
    one, two = an_experiment("a", namespace="first"), an_experiment("b", namespace="second")
    spaces = [
        owning(one, namespace=Namespace("first", precedence=20)),
        owning(two, namespace=Namespace("second", precedence=10)),
    ]
    decider = a_decider(one, two, namespaces=spaces)

    decided = decider.decide("user", "u", attributes={}, state=NOTHING_STORED)

    assert [it.experiment.key for it in decided] == ["b", "a"]


def test_growthbook_hashing_decides_the_arm_and_sha256_the_slot() -> None:
    assignment = decide(a_decider(an_experiment(hashing=Hashing.GROWTHBOOK_V2, seed="seed")), unit="a")

    assert assignment.slot == Draw(namespace_salt("main", "main"), "user").slot_of(b"a")
    assert assignment.arm_slot == 50_500  # GrowthBook's own vector: 0.0505


@pytest.mark.parametrize("reason", sorted(Reason))
def test_only_what_chance_decided_enters_analysis(reason: Reason) -> None:
    assert (reason in ANALYSED) == (reason in {Reason.BUCKETED, Reason.STORED})


def test_an_experiment_may_own_several_ranges() -> None:
    middle = (SlotRange(0, 250_000), SlotRange(750_000, SLOT_COUNT))
    decider = a_decider(an_experiment(slots=middle), an_experiment("exp-2", slots=(SlotRange(250_000, 750_000),)))

    for number in range(200):
        assignment = decide(decider, unit=f"u{number}")
        assert assignment.slot is not None
        assert (assignment.experiment.key == "exp-2") == (250_000 <= assignment.slot < 750_000)


def test_a_variant_without_weight_gets_nobody() -> None:
    variants = (Variant("control", 0, 1), Variant("treatment", 10_000, 2))
    decider = a_decider(an_experiment(variants=variants))

    assert {outcome(decide(decider, unit=f"u{number}"))[0] for number in range(100)} == {"treatment"}
