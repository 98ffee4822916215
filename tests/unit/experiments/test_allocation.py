"""Who owns which slots of the arm draw: nothing twice, nobody moved by a ramp, and the same answer both ways."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.experiments.allocation import ALL_BPS, Allocation
from sluice.experiments.slots import SLOT_COUNT
from sluice.experiments.variant import Variant
from tests.unit.experiments.running import a_decider, an_experiment

COVERAGES = st.integers(0, ALL_BPS)
SLOTS = st.integers(0, SLOT_COUNT - 1)


@st.composite
def weights(draw: st.DrawFn) -> tuple[int, ...]:
    """Of 2 to 6 variants, some without weight; they sum to 10,000."""
    cuts = sorted(draw(st.lists(COVERAGES, min_size=1, max_size=5)))
    return tuple(after - before for before, after in pairwise([0, *cuts, ALL_BPS]))


def around_the_edges(allocation: Allocation) -> set[int]:
    edges = {edge for owned in allocation.ranges() for edge in owned}
    return {slot for edge in edges for slot in (edge - 1, edge, edge + 1) if 0 <= slot < SLOT_COUNT}


@given(weights(), COVERAGES)
def test_ranges_lie_apart_and_hold_each_variants_share(weights_bps: tuple[int, ...], coverage_bps: int) -> None:
    ranges = Allocation(weights_bps, coverage_bps).ranges()

    assert all(one[1] <= following[0] for one, following in pairwise(ranges))
    assert ranges[-1][1] <= SLOT_COUNT
    assert [end - first for first, end in ranges] == [weight * coverage_bps // 100 for weight in weights_bps]


@given(weights(), COVERAGES, COVERAGES, SLOTS)
def test_more_coverage_takes_nobody_away(weights_bps: tuple[int, ...], one: int, other: int, slot: int) -> None:
    less, more = sorted((one, other))
    before, after = Allocation(weights_bps, less), Allocation(weights_bps, more)

    for each in {slot, *around_the_edges(before), *around_the_edges(after)}:
        assert before.variant_at(each) in (None, after.variant_at(each))


@given(weights(), COVERAGES, SLOTS)
def test_a_prepared_experiment_gives_the_same_answer(
    weights_bps: tuple[int, ...], coverage_bps: int, slot: int
) -> None:
    variants = tuple(Variant(f"v{at}", weight) for at, weight in enumerate(weights_bps))
    experiment = an_experiment(variants=variants, coverage_bps=coverage_bps)
    prepared = a_decider(experiment).namespaces("user")[0].experiments["exp-1"]

    for each in {slot, *around_the_edges(experiment.allocation)}:
        position = experiment.allocation.variant_at(each)
        assert prepared.variant_at(each) == (None if position is None else variants[position])


@pytest.mark.parametrize("slot", [-1, SLOT_COUNT])
def test_a_slot_off_the_scale_is_refused(slot: int) -> None:
    with pytest.raises(ValueError, match=f"slot {slot} is none of 1000000"):
        Allocation((5_000, 5_000), ALL_BPS).variant_at(slot)
