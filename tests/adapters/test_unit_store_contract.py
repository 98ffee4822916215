from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sluice.experiments.ports import UnitStore
from sluice.experiments.unit_state import NOTHING_STORED, Override, StoredAssignment
from tests.adapters.stored_experiments import NOON, TOMORROW, an_assignment, an_override, instants

SECOND = timedelta(seconds=1)
RIVALS = 8
AtOnce = Callable[..., list[Any]]

A_YEAR = timedelta(days=365)
COUNTS = st.integers(0, 2**53)
ASSIGNMENTS = st.builds(
    StoredAssignment,
    experiment=st.just("any"),
    variant=st.text(min_size=1),
    propensity_bps=COUNTS,
    allocation_version=COUNTS,
    experiment_revision=COUNTS,
    namespace_draw=st.text(),
    slot=COUNTS,
    assigned_at=instants(NOON - A_YEAR, NOON),
    expires_at=instants(NOON + A_YEAR, NOON + 50 * A_YEAR),
    crossed_over=st.booleans(),
)
OVERRIDES = st.builds(
    Override,
    subject=st.just("any"),
    variant=st.text(),
    by=st.text(),
    why=st.text(),
    expires_at=instants(NOON + A_YEAR, NOON + 50 * A_YEAR),
)
UNIT_IDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200)
a_few_times = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_nothing_is_known_of_a_new_unit(units: UnitStore) -> None:
    assert units.load("user", "u1", now=NOON) == NOTHING_STORED


def test_the_first_assignment_is_stored_and_given_back(units: UnitStore) -> None:
    assert units.put_if_absent("user", "u1", an_assignment()) == an_assignment()

    assert units.load("user", "u1", now=NOON).assignments == {"button": an_assignment()}


def test_a_later_assignment_adopts_the_first(units: UnitStore) -> None:
    units.put_if_absent("user", "u1", an_assignment("control"))

    adopted = units.put_if_absent("user", "u1", an_assignment("treatment", allocation_version=9))

    assert adopted == an_assignment("control")
    assert units.load("user", "u1", now=NOON).assignments == {"button": an_assignment("control")}


def test_units_types_and_experiments_keep_apart(units: UnitStore) -> None:
    units.put_if_absent("user", "u1", an_assignment("control"))

    units.put_if_absent("user", "u1", an_assignment("treatment", "button-2"))
    units.put_if_absent("account", "u1", an_assignment("treatment"))
    units.put_if_absent("user", "u1#button", an_assignment("treatment"))

    assert {key: it.variant for key, it in units.load("user", "u1", now=NOON).assignments.items()} == {
        "button": "control",
        "button-2": "treatment",
    }
    assert units.load("account", "u1", now=NOON).assignments == {"button": an_assignment("treatment")}
    assert units.load("user", "u1#button", now=NOON).assignments == {"button": an_assignment("treatment")}


def test_what_has_expired_is_left_out_to_the_second(units: UnitStore) -> None:
    units.put_if_absent("user", "u1", an_assignment())
    units.put_override("user", "u1", an_override())

    before, after = (units.load("user", "u1", now=now) for now in (TOMORROW - SECOND, TOMORROW))

    assert before.assignments == {"button": an_assignment()}
    assert before.overrides == {"button": an_override()}
    assert after == NOTHING_STORED


def test_an_expired_assignment_is_replaced_with_all_its_marks(units: UnitStore) -> None:
    units.put_if_absent("user", "u1", an_assignment("control"))
    units.mark_crossed_over("user", "u1", "button")
    later = an_assignment("treatment", assigned_at=TOMORROW, expires_at=TOMORROW + timedelta(days=1))

    assert units.put_if_absent("user", "u1", later) == later

    assert units.load("user", "u1", now=TOMORROW).assignments == {"button": later}


@pytest.mark.parametrize("left", [SECOND, timedelta(microseconds=1)])
def test_an_assignment_that_expires_in_a_moment_still_counts(units: UnitStore, left: timedelta) -> None:
    units.put_if_absent("user", "u1", an_assignment("control"))
    later = an_assignment("treatment", assigned_at=TOMORROW - left, expires_at=TOMORROW + timedelta(days=1))

    assert units.put_if_absent("user", "u1", later) == an_assignment("control")


def test_expiry_is_kept_to_the_second_and_assignment_to_the_microsecond(units: UnitStore) -> None:
    exact = an_assignment(
        assigned_at=NOON + timedelta(microseconds=1), expires_at=TOMORROW + timedelta(microseconds=999_999)
    )

    given = units.put_if_absent("user", "u1", exact)

    assert given == replace(exact, expires_at=TOMORROW)
    assert units.load("user", "u1", now=NOON).assignments == {"button": given}


def test_a_unit_that_crossed_over_is_marked_for_ever(units: UnitStore) -> None:
    units.put_if_absent("user", "u1", an_assignment())

    units.mark_crossed_over("user", "u1", "button")
    units.mark_crossed_over("user", "u1", "button")

    marked = an_assignment(crossed_over=True)
    assert units.put_if_absent("user", "u1", an_assignment("treatment")) == marked
    assert units.load("user", "u1", now=NOON).assignments == {"button": marked}


def test_marking_what_is_not_there_stores_nothing(units: UnitStore) -> None:
    units.put_override("user", "u1", an_override())

    units.mark_crossed_over("user", "u1", "button")

    assert units.load("user", "u1", now=NOON).assignments == {}


def test_an_override_stands_beside_the_assignment_and_may_be_of_a_flag(units: UnitStore) -> None:
    units.put_if_absent("user", "u1", an_assignment())
    units.put_override("user", "u1", an_override())
    units.put_override("user", "u1", an_override(subject="flag:button"))

    state = units.load("user", "u1", now=NOON)

    assert state.assignments == {"button": an_assignment()}
    assert state.overrides == {"button": an_override(), "flag:button": an_override(subject="flag:button")}


def test_a_newer_override_replaces_the_older(units: UnitStore) -> None:
    units.put_override("user", "u1", an_override("control"))
    units.put_override("user", "u1", an_override("treatment", expires_at=TOMORROW + timedelta(microseconds=5)))

    assert units.load("user", "u1", now=NOON).overrides == {"button": an_override("treatment")}


def test_an_override_is_removed_once(units: UnitStore) -> None:
    units.put_override("user", "u1", an_override())

    assert units.remove_override("user", "u1", "button") is True
    assert units.remove_override("user", "u1", "button") is False

    assert units.load("user", "u1", now=NOON) == NOTHING_STORED


def test_one_of_many_first_assignments_wins_and_all_others_adopt_it(units: UnitStore, at_once: AtOnce) -> None:
    rivals = [an_assignment(f"v{rival}") for rival in range(RIVALS)]

    given = at_once(*(partial(units.put_if_absent, "user", "u1", each) for each in rivals))

    assert Counter(given).most_common() == [(given[0], RIVALS)]
    assert units.load("user", "u1", now=NOON).assignments == {"button": given[0]}


def test_one_of_many_successors_of_an_expired_assignment_wins(units: UnitStore, at_once: AtOnce) -> None:
    units.put_if_absent("user", "u1", an_assignment("old"))
    expires_at = TOMORROW + timedelta(days=1)
    rivals = [an_assignment(f"v{it}", assigned_at=TOMORROW, expires_at=expires_at) for it in range(RIVALS)]

    given = at_once(*(partial(units.put_if_absent, "user", "u1", each) for each in rivals))

    assert set(given) <= set(rivals)
    assert len(set(given)) == 1


@a_few_times
@given(unit_id=UNIT_IDS, assignment=ASSIGNMENTS, override=OVERRIDES)
def test_everything_survives(units: UnitStore, unit_id: str, assignment: StoredAssignment, override: Override) -> None:
    # The store is new for the test, and not for each example.
    unit_id = f"{uuid4().hex}{unit_id}"

    stored = units.put_if_absent("user", unit_id, assignment)
    units.put_override("user", unit_id, override)

    state = units.load("user", unit_id, now=NOON)
    assert stored == replace(assignment, expires_at=assignment.expires_at.replace(microsecond=0))
    assert state.assignments == {"any": stored}
    assert state.overrides == {"any": replace(override, expires_at=override.expires_at.replace(microsecond=0))}
