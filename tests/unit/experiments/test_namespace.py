"""Slots have one owner, rest after it, and cannot be had by two; an invalid namespace cannot be built."""

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.errors import Conflict, InvalidDefinition, InvalidUnit, MoveRefused, SlotsTaken
from sluice.experiments.namespace import Namespace, Ownership, Quarantine
from sluice.experiments.slot_ranges import SlotRange
from tests.unit.experiments.running import NOW

FIRST, SECOND = (SlotRange(0, 10),), (SlotRange(10, 20),)
LATER = NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"key": "Main"}, "namespace: key: found 'Main'"),
        ({"unit_type": "User"}, "unit_type: it must be lower-case"),
        ({"holdout_bps": 10_001}, "holdout_bps: found 10001"),
        ({"holdout_bps": 0.5}, "holdout_bps: found 0.5"),
        ({"precedence": -1}, "precedence: found -1, allowed: 0 to 1000"),
        ({"precedence": True}, "precedence: found True"),
        ({"quarantine_days": 1_001}, "quarantine_days: found 1001"),
        ({"seed": "\x1f"}, "seed: must be printable"),
        (
            {"owned": (Ownership("a", FIRST), Ownership("b", (SlotRange(9, 12),)))},
            "owned: 0-9 and 9-11 overlap or are out of order",
        ),
    ],
)
def test_an_invalid_namespace_cannot_be_built(members: dict[str, Any], message: str) -> None:
    with pytest.raises((InvalidDefinition, InvalidUnit), match=re.escape(message)):
        Namespace(**{"key": "main", **members})


def test_neighbours_may_own_slots_side_by_side() -> None:
    namespace = Namespace("main").claim("a", FIRST, now=NOW).claim("b", SECOND, now=NOW)

    assert namespace.owned == (Ownership("a", FIRST), Ownership("b", SECOND))


@pytest.mark.parametrize("wanted", [SlotRange(9, 11), SlotRange(0, 1), SlotRange(5, 6), SlotRange(0, 1_000_000)])
def test_slots_that_are_owned_are_refused_with_their_owner(wanted: SlotRange) -> None:
    namespace = Namespace("main").claim("a", FIRST, now=NOW)

    with pytest.raises(SlotsTaken, match=rf"'main': slots {wanted} are not free: owned by experiment 'a'"):
        namespace.claim("b", (wanted,), now=NOW)


def test_only_the_ranges_in_the_way_are_named() -> None:
    namespace = Namespace("main").claim("a", FIRST, now=NOW)

    with pytest.raises(SlotsTaken, match="slots 5-6 are not free"):
        namespace.claim("b", (SlotRange(5, 7), SlotRange(30, 40)), now=NOW)


def test_an_experiment_claims_once() -> None:
    with pytest.raises(MoveRefused, match="it owns some already"):
        Namespace("main").claim("a", FIRST, now=NOW).claim("a", SECOND, now=NOW)


def test_released_slots_rest_until_their_day_and_are_free_on_it() -> None:
    namespace = Namespace("main").claim("a", FIRST, now=NOW).release("a", until=LATER)
    assert (namespace.owned, namespace.quarantined) == ((), (Quarantine("a", FIRST, LATER),))

    with pytest.raises(SlotsTaken, match="at rest after 'a' until 2026-11-22"):
        namespace.claim("b", FIRST, now=LATER - timedelta(microseconds=1))
    assert namespace.claim("b", SECOND, now=NOW).quarantined == namespace.quarantined

    freed = namespace.claim("b", FIRST, now=LATER)
    assert (freed.owned, freed.quarantined) == ((Ownership("b", FIRST),), ())


def test_who_owns_nothing_releases_nothing() -> None:
    namespace = Namespace("main").claim("a", FIRST, now=NOW)

    assert namespace.release("b", until=LATER) is namespace


@pytest.mark.parametrize("slots", [(), (SlotRange(5, 5),), (SlotRange(5, 9), SlotRange(0, 1))])
def test_a_claim_of_no_valid_range_is_refused(slots: tuple[SlotRange, ...]) -> None:
    with pytest.raises(InvalidDefinition, match="experiment 'a': slots: "):
        Namespace("main").claim("a", slots, now=NOW)


CLAIMS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 10)).map(lambda it: SlotRange(it[0], it[0] + it[1])), max_size=12
)


@given(CLAIMS, st.lists(st.integers(0, 11), max_size=6))
def test_whoever_claims_and_releases_no_slot_ever_has_two_owners(claims: list[SlotRange], ends: list[int]) -> None:
    namespace = Namespace("main")
    for number, wanted in enumerate(claims):
        ranges = [it.slots for it in namespace.owned] + [it.slots for it in namespace.quarantined]
        taken = {slot for slots in ranges for each in slots for slot in range(*each)}
        try:
            namespace = namespace.claim(f"e{number}", (wanted,), now=NOW)
        except Conflict:
            assert taken & set(range(*wanted))
        else:
            assert not taken & set(range(*wanted))
        if number in ends:
            namespace = namespace.release(f"e{number}", until=LATER)
