"""An anonymous unit turns out to be a known one."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.adapters.memory_units import MemoryUnits
from sluice.errors import InvalidRequest, InvalidUnit
from sluice.experiments.unit_state import Override, StoredAssignment
from sluice.usecases.merge_identities import Merger, merge_identities
from tests.unit.experiments.running import NOW, stored
from tests.unit.usecases.experiment_plane import MovedClock

Records = dict[str, StoredAssignment]


class Killed(Exception):
    """The process dies here."""


class DyingUnits(MemoryUnits):
    """A store whose process dies at its n-th write, before it or after it."""

    dies_at: float = float("inf")

    def put_if_absent(self, unit_type: str, unit_id: str, assignment: StoredAssignment) -> StoredAssignment:
        self._perhaps_die()
        written = super().put_if_absent(unit_type, unit_id, assignment)
        self._perhaps_die()
        return written

    def mark_crossed_over(self, unit_type: str, unit_id: str, experiment: str) -> None:
        self._perhaps_die()
        super().mark_crossed_over(unit_type, unit_id, experiment)
        self._perhaps_die()

    def _perhaps_die(self) -> None:
        self.dies_at -= 1
        if self.dies_at < 0:
            raise Killed


def units_with(anonymous: Records, known: Records, kind: type[MemoryUnits] = MemoryUnits) -> Any:
    units = MemoryUnits()
    for unit_id, records in (("anonymous", anonymous), ("known", known)):
        for record in records.values():
            units.put_if_absent("user", unit_id, record)
    units.__class__ = kind
    return units


def merge(units: MemoryUnits, **changes: Any) -> Merger:
    wanted: dict[str, Any] = {"anonymous_id": "anonymous", "known_id": "known", "clock": MovedClock(NOW)}
    return merge_identities("user", units=units, **wanted | changes)


def known(units: MemoryUnits, unit_id: str = "known") -> Records:
    return dict(units.load("user", unit_id, now=NOW).assignments)


def test_what_the_known_unit_lacks_it_takes_over() -> None:
    brought = stored("exp-1", "treatment", slot=7)
    units = units_with({"exp-1": brought}, {})

    assert merge(units) == Merger(("exp-1",), ())
    assert known(units) == {"exp-1": brought} == known(units, "anonymous")


def test_what_both_have_alike_stays() -> None:
    mine = stored("exp-1", "treatment", slot=9)
    units = units_with({"exp-1": stored("exp-1", "treatment", slot=7)}, {"exp-1": mine})

    assert merge(units) == Merger(("exp-1",), ())
    assert known(units) == {"exp-1": mine}


def test_where_they_differ_the_known_unit_keeps_its_own_and_has_crossed_over() -> None:
    theirs = stored("exp-1", "treatment")
    units = units_with({"exp-1": theirs}, {"exp-1": stored("exp-1", "control")})

    assert merge(units) == Merger((), ("exp-1",))
    assert known(units) == {"exp-1": stored("exp-1", "control", crossed_over=True)}
    assert known(units, "anonymous") == {"exp-1": theirs}


def test_what_only_the_known_unit_has_is_none_of_the_mergers_business() -> None:
    mine = stored("exp-2", "control")
    units = units_with({}, {"exp-2": mine})

    assert merge(units) == Merger((), ())
    assert known(units) == {"exp-2": mine}


@pytest.mark.parametrize("mine", [{}, {"exp-1": stored("exp-1", "treatment")}])
def test_whoever_crossed_over_before_takes_the_mark_along(mine: Records) -> None:
    units = units_with({"exp-1": stored("exp-1", "treatment", crossed_over=True)}, mine)

    assert merge(units) == Merger((), ("exp-1",))
    assert known(units) == {"exp-1": stored("exp-1", "treatment", crossed_over=True)}


def test_whoever_has_crossed_over_already_is_told_so_even_if_the_two_now_agree() -> None:
    marked = stored("exp-1", "treatment", crossed_over=True)
    units = units_with({"exp-1": stored("exp-1", "treatment")}, {"exp-1": marked})

    assert merge(units) == Merger((), ("exp-1",))
    assert known(units) == {"exp-1": marked}


def test_what_has_expired_is_neither_brought_nor_in_the_way() -> None:
    long_ago, lately = NOW - timedelta(days=400), NOW - timedelta(days=1)
    gone = stored("exp-1", "control", assigned_at=long_ago, expires_at=lately)
    fresh = stored("exp-1", "treatment", assigned_at=long_ago + timedelta(days=100))
    bringing_the_old, keeping_the_old = units_with({"exp-1": gone}, {}), units_with({"exp-1": fresh}, {"exp-1": gone})

    assert merge(bringing_the_old) == Merger((), ())
    assert known(bringing_the_old) == {}
    assert merge(keeping_the_old) == Merger(("exp-1",), ())
    assert [each.variant for each in known(keeping_the_old).values()] == ["treatment"]


def test_overrides_stay_with_the_unit_that_they_were_made_for() -> None:
    units = units_with({}, {})
    units.put_override("user", "anonymous", Override("exp-1", "treatment", "ann", "to look", NOW + timedelta(days=1)))

    merge(units)

    assert not units.load("user", "known", now=NOW).overrides


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"anonymous_id": "known"}, InvalidRequest, "are both 'known', must be two units"),
        ({"anonymous_id": ""}, InvalidUnit, "anonymous_id: it has 0 characters"),
        ({"known_id": "a\x00"}, InvalidUnit, "known_id: it holds a control character"),
    ],
)
def test_a_merger_needs_two_units(changes: dict[str, str], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        merge(units_with({}, {}), **changes)


VARIANTS = st.sampled_from(["control", "treatment"])
RECORDS = st.dictionaries(st.sampled_from(["exp-1", "exp-2", "exp-3"]), st.tuples(VARIANTS, st.booleans())).map(
    lambda found: {key: stored(key, variant, crossed_over=mark) for key, (variant, mark) in found.items()}
)


@given(RECORDS, RECORDS, st.integers(0, 12))
def test_a_merger_killed_anywhere_and_repeated_comes_to_the_same_end(
    anonymous: Records, mine: Records, dies_at: int
) -> None:
    whole = units_with(anonymous, mine)
    merged = merge(whole)
    dying = units_with(anonymous, mine, DyingUnits)
    dying.dies_at = dies_at
    try:
        merge(dying)
    except Killed:
        dying.dies_at = float("inf")

    dying.dies_at = float("inf")
    assert merge(dying) == merged == merge(dying)
    assert known(dying) == known(whole)
    assert known(dying, "anonymous") == anonymous
