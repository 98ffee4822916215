"""100,000 units through the decider: a ramp only adds, and other weights hold for new units only.

Level: 0.001 for the tests of one function together.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache

import pytest

from sluice.experiments.decider import Decider
from sluice.experiments.experiment import Experiment
from sluice.experiments.lifecycle import ramp, reallocate
from sluice.experiments.reasons import Reason
from sluice.experiments.unit_state import NOTHING_STORED, UnitState
from sluice.experiments.variant import Variant
from tests.statistical.chi_square import p_of_fit
from tests.unit.experiments.running import a_decider, an_experiment, stored

LEVEL = 0.001
UNITS = [f"user-{number}" for number in range(100_000)]
THREE = (Variant("control", 2_000, 1), Variant("small", 500, 2), Variant("large", 7_500, 3))
ALL = 10_000


def computed(decider: Decider, units: Sequence[str] = UNITS) -> dict[str, str]:
    """The variant of each unit that enters, with nothing stored to lean on."""
    variants = {}
    for unit in units:
        (assignment,) = decider.decide("user", unit, attributes={}, state=NOTHING_STORED)
        if assignment.variant is not None:
            variants[unit] = assignment.variant.key
    return variants


@cache
def ramped() -> dict[int, dict[str, str]]:
    """The variants at 1, 5, 50 and 100 %."""
    at: dict[int, Experiment] = {100: an_experiment(variants=THREE, coverage_bps=100)}
    for before, coverage_bps in ((100, 500), (500, 5_000), (5_000, ALL)):
        at[coverage_bps] = ramp(at[before], coverage_bps)
    return {coverage_bps: computed(a_decider(experiment)) for coverage_bps, experiment in at.items()}


@pytest.mark.parametrize(("before", "after"), [(100, 500), (500, 5_000), (5_000, ALL)])
def test_a_ramp_moves_nobody_who_is_in(before: int, after: int) -> None:
    assert ramped()[before].items() <= ramped()[after].items()
    assert len(ramped()[before]) < len(ramped()[after])


@pytest.mark.parametrize("coverage_bps", [100, 500, 5_000, ALL])
def test_at_every_coverage_the_weights_hold(coverage_bps: int) -> None:
    variants = Counter(ramped()[coverage_bps].values())
    inside = coverage_bps / ALL
    shares = [each.weight_bps / ALL * inside for each in THREE]
    counts = [variants[each.key] for each in THREE]

    if coverage_bps < ALL:
        shares, counts = [*shares, 1 - inside], [*counts, len(UNITS) - sum(counts)]
    assert p_of_fit(counts, shares) > LEVEL / 4


def test_other_weights_keep_every_stored_unit_and_hold_for_new_ones() -> None:
    before = an_experiment(variants=THREE)
    after = reallocate(before, {"control": 6_000, "small": 3_000, "large": 1_000})
    old, new = UNITS[:50_000], UNITS[50_000:]
    remembered = computed(a_decider(before), old)
    decider = a_decider(after)

    for unit, variant in remembered.items():
        weight_bps = {each.key: each.weight_bps for each in THREE}[variant]
        state = UnitState({"exp-1": stored(variant=variant, propensity_bps=weight_bps)})
        (kept,) = decider.decide("user", unit, attributes={}, state=state)
        assert kept.variant is not None
        assert (kept.variant.key, kept.reason) == (variant, Reason.STORED)
        assert (kept.allocation_version, kept.propensity_bps) == (1, weight_bps)

    assert len(remembered) == len(old)
    entered = Counter(computed(decider, new).values())
    weights = {each.key: each.weight_bps / ALL for each in after.variants}
    assert p_of_fit([entered[key] for key in weights], list(weights.values())) > LEVEL
    assert after.allocation_version == 2


def test_whom_the_coverage_left_out_enters_by_the_new_weights() -> None:
    """On the old draw they would not: the slots that were passed over belong to other variants unevenly."""
    before = an_experiment(variants=THREE, coverage_bps=5_000)
    after = reallocate(before, {"control": 6_000, "small": 3_000, "large": 1_000})
    inside = computed(a_decider(before), UNITS)
    left_out = [unit for unit in UNITS if unit not in inside]

    entered = Counter(computed(a_decider(after), left_out).values())

    weights = {each.key: each.weight_bps / ALL for each in after.variants}
    assert p_of_fit([entered[key] for key in weights], list(weights.values())) > LEVEL
    assert p_of_fit([entered.total(), len(left_out) - entered.total()], [0.5, 0.5]) > LEVEL


def test_without_what_is_stored_other_weights_would_move_units() -> None:
    """Why they are for sticky experiments only."""
    before = an_experiment(variants=THREE)
    after = reallocate(before, {"control": 6_000, "small": 3_000, "large": 1_000})

    units = UNITS[:1_000]
    assert computed(a_decider(before), units) != computed(a_decider(after), units)
