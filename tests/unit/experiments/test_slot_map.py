"""Who has which slots, and which to take next."""

from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sluice.errors import InvalidDefinition, SlotsTaken
from sluice.experiments.namespace import Namespace, Ownership, Quarantine
from sluice.experiments.slot_map import propose_slots, slot_map
from sluice.experiments.slot_ranges import SlotRange
from sluice.experiments.slots import SLOT_COUNT, SLOTS_PER_BPS
from tests.unit.catalog.builders import NOON
from tests.unit.experiments.definition_strategies import namespaces

YESTERDAY, TOMORROW = NOON - timedelta(days=1), NOON + timedelta(days=1)


def with_owned(*ranges: tuple[int, int]) -> Namespace:
    owned = tuple(Ownership(f"exp-{at}", (SlotRange(*each),)) for at, each in enumerate(ranges))
    return Namespace("checkout", owned=owned)


def test_an_empty_namespace_is_free_from_end_to_end() -> None:
    assert slot_map(Namespace("checkout"), now=NOON).free == ((0, SLOT_COUNT),)


def test_slots_are_free_owned_or_at_rest_until_their_day() -> None:
    resting = Quarantine("old", (SlotRange(300, 400),), TOMORROW)
    rested = Quarantine("older", (SlotRange(500, 600),), YESTERDAY)
    namespace = Namespace("checkout", owned=with_owned((0, 100)).owned, quarantined=(resting, rested))

    found = slot_map(namespace, now=NOON)

    assert (found.owned, found.resting) == (namespace.owned, (resting,))
    assert found.free == ((100, 300), (400, SLOT_COUNT))


@pytest.mark.parametrize(
    ("owned", "share_bps", "proposed"),
    [
        ([], 10_000, [(0, 1_000_000)]),
        ([], 1, [(0, 100)]),
        ([(0, 400_000), (500_000, 600_000)], 500, [(400_000, 450_000)]),
        ([(0, 400_000), (500_000, 600_000)], 4_000, [(600_000, 1_000_000)]),
        ([(0, 400_000), (500_000, 600_000)], 5_000, [(400_000, 500_000), (600_000, 1_000_000)]),
        ([(0, 400_000), (500_000, 600_000)], 4_500, [(400_000, 450_000), (600_000, 1_000_000)]),
    ],
)
def test_the_tightest_gap_is_proposed_and_the_largest_ones_where_none_fits(
    owned: list[tuple[int, int]], share_bps: int, proposed: list[tuple[int, int]]
) -> None:
    assert list(propose_slots(with_owned(*owned), share_bps, now=NOON)) == proposed


@pytest.mark.parametrize("share_bps", [0, -1, 10_001, True])
def test_a_share_that_is_none_is_refused(share_bps: int) -> None:
    with pytest.raises(InvalidDefinition, match="share_bps: found"):
        propose_slots(Namespace("checkout"), share_bps, now=NOON)


def test_more_than_is_free_is_refused_with_what_is() -> None:
    with pytest.raises(SlotsTaken, match="slots for 5001 bps are not free: 500000 of 1000000 are"):
        propose_slots(with_owned((0, 500_000)), 5_001, now=NOON)


@given(namespaces(), st.integers(1, 10_000))
def test_what_is_proposed_has_the_wanted_size_and_can_be_claimed(namespace: Namespace, share_bps: int) -> None:
    try:
        slots = propose_slots(namespace, share_bps, now=NOON)
    except SlotsTaken:
        free = slot_map(namespace, now=NOON).free
        assert sum(each.end - each.first for each in free) < share_bps * SLOTS_PER_BPS
        return
    assume("new" not in {each.experiment for each in namespace.owned})

    assert sum(each.end - each.first for each in slots) == share_bps * SLOTS_PER_BPS
    assert namespace.claim("new", slots, now=NOON).owned[-1] == Ownership("new", slots)
