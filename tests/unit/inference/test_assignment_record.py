"""The exposure: everything that analysis and `explain` need, nothing that names the unit, and what was truly served."""

from typing import Any

import orjson
import pytest

from sluice.experiments.assigned_unit import AssignedUnit
from sluice.experiments.assignment import Assignment
from sluice.experiments.reasons import Reason
from sluice.inference.assignment_record import assigned_part
from sluice.inference.trace import PredictionTrace
from sluice.inference.variant_choice import choose_for
from tests.unit.inference.assigned_units import a_release, a_variant, an_assignment, assigned

RELEASE = a_release(1, 2, 3, default=2)
COUNTS = {"MissingAttributes", "AssignmentFallbacks", "IgnoredAssignments"}
FACTS: dict[str, Any] = {"slot": 123, "arm_slot": 456, "allocation_version": 2, "propensity_bps": 5_000}


def a_trace(unit: AssignedUnit) -> PredictionTrace:
    trace = PredictionTrace("prediction", lambda: 0)
    trace.release, trace.choice, trace.assigned = RELEASE, choose_for(unit, RELEASE), unit
    return trace


def recorded(trace: PredictionTrace, *, with_unit_id: bool = False) -> dict[str, Any]:
    part = assigned_part(trace, with_unit_id=with_unit_id)
    assert part.json.endswith(b",")
    written: dict[str, Any] = orjson.loads(b"{%b}" % part.json[:-1])
    assert set(part.counts) == written.keys() & COUNTS
    return written


def members(*assignments: Assignment, with_unit_id: bool = False, **facts: Any) -> dict[str, Any]:
    return recorded(a_trace(assigned(*assignments, **facts)), with_unit_id=with_unit_id)


def test_an_exposure_holds_all_that_it_takes_to_compute_and_to_judge_it_again() -> None:
    assert members(an_assignment(variant=a_variant(model_version=3), **FACTS)) == {
        "unit_type": "user",
        "unit_key": "f" * 32,
        "snapshot_number": 9,
        "snapshot_digest": "d" * 64,
        "assignments": [
            {
                "experiment": "exp-1",
                "experiment_revision": 4,
                "allocation_version": 2,
                "variant": "treatment",
                "reason": "BUCKETED",
                "namespace": "main",
                "slot": 123,
                "arm_slot": 456,
                "propensity_bps": 5_000,
                "intended_model_version": 3,
                "applied": True,
                "analysed": True,
            }
        ],
    }


def test_the_raw_id_is_there_only_where_it_is_asked_for() -> None:
    assert "alice" not in str(members(an_assignment()))
    assert members(an_assignment(), with_unit_id=True)["unit_id"] == "alice"


def test_without_a_snapshot_there_is_no_key_and_no_number_but_the_failure() -> None:
    assert members(unit_key=None, snapshot_number=None, snapshot_digest=None, failure="throttled") == {
        "unit_type": "user",
        "unit_key": None,
        "snapshot_number": None,
        "snapshot_digest": None,
        "assignments": [],
        "assignment_failure": "throttled",
        "AssignmentFallbacks": 1,
    }


@pytest.mark.parametrize("reason", sorted(Reason))
def test_what_chance_did_not_decide_is_not_for_analysis(reason: Reason) -> None:
    (entry,) = members(an_assignment(variant=a_variant(model_version=1), reason=reason))["assignments"]

    assert entry["reason"] == reason
    assert entry["analysed"] == (reason in {Reason.BUCKETED, Reason.STORED})


def test_a_unit_that_crossed_over_is_marked_and_not_for_analysis() -> None:
    both = [
        an_assignment(variant=a_variant(model_version=1), reason=Reason.STORED, crossed_over=crossed_over)
        for crossed_over in (True, False)
    ]

    crossed, straight = members(*both)["assignments"]

    assert (crossed["crossed_over"], crossed["analysed"]) == (True, False)
    assert "crossed_over" not in straight


def test_of_overlapping_experiments_both_are_there_and_one_is_applied() -> None:
    first = an_assignment("first", a_variant(model_version=1), namespace="one")
    second = an_assignment("second", a_variant(model_version=3), namespace="two")

    entries = members(first, second)["assignments"]

    assert [(it["experiment"], it["intended_model_version"], it["applied"]) for it in entries] == [
        ("first", 1, True),
        ("second", 3, False),
    ]


def test_two_that_want_the_same_version_both_get_it() -> None:
    first = an_assignment("first", a_variant(model_version=3), namespace="one")
    second = an_assignment("second", a_variant(model_version=3), namespace="two")

    assert [it["applied"] for it in members(first, second)["assignments"]] == [True, True]


def test_parameters_alone_are_applied_whatever_version_answers() -> None:
    entry = members(an_assignment(variant=a_variant(colour="red")))["assignments"][0]

    assert (entry["intended_model_version"], entry["applied"]) == (None, True)


def test_who_got_no_variant_has_nothing_applied() -> None:
    entry = members(an_assignment(reason=Reason.NOT_COVERED, slot=1, arm_slot=2))["assignments"][0]

    assert (entry["variant"], entry["intended_model_version"], entry["applied"]) == (None, None, False)
    assert (entry["slot"], entry["arm_slot"], entry["propensity_bps"]) == (1, 2, None)


def test_a_version_that_the_release_lacks_is_intended_and_not_applied() -> None:
    entry = members(an_assignment(variant=a_variant(model_version=9)))["assignments"][0]

    assert (entry["intended_model_version"], entry["applied"]) == (9, False)


def test_a_variant_that_failed_is_intended_and_not_applied() -> None:
    trace = a_trace(assigned(an_assignment(variant=a_variant(model_version=3))))
    recorded(trace)
    trace.choice = RELEASE.default

    entry = recorded(trace)["assignments"][0]

    assert (entry["intended_model_version"], entry["applied"]) == (3, False)


def test_what_happened_is_counted_and_what_did_not_is_not() -> None:
    missing = an_assignment(reason=Reason.ATTRIBUTE_MISSING)
    unit = assigned(missing, missing, failure="throttled", ignored_count=3)

    happened, nothing = recorded(a_trace(unit)), members(an_assignment(variant=a_variant(model_version=1)))

    assert [happened[name] for name in ("MissingAttributes", "AssignmentFallbacks", "IgnoredAssignments")] == [2, 1, 3]
    assert not nothing.keys() & COUNTS
