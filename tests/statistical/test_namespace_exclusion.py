"""A million units in a namespace of five experiments on five models: nobody is in two, everybody's turn is equal.

Level: 0.001 for the tests of one function together.
"""

from functools import cache

import numpy as np

from sluice.adapters.cel_conditions import CelLanguage
from sluice.experiments.decider import Decider
from sluice.experiments.namespace_index import NamespaceIndex
from sluice.experiments.slot_ranges import SlotRange
from sluice.experiments.slots import SLOT_COUNT
from sluice.experiments.snapshot import decode_model_snapshot, encode_model_snapshot
from sluice.experiments.unit_state import NOTHING_STORED
from tests.statistical.chi_square import Counts, p_of_fit
from tests.unit.experiments.running import SECRET, an_experiment, owning

LEVEL = 0.001
UNIT_COUNT = 1_000_000
CELLS = 1_000
# Neighbours, islands, one slot alone, both ends of the scale, and 100,000 slots that nobody owns.
SLOTS = {
    "exp-a": (SlotRange(0, 200_000), SlotRange(999_999, 1_000_000)),
    "exp-b": (SlotRange(200_000, 350_000), SlotRange(800_000, 850_000)),
    "exp-c": (SlotRange(350_000, 350_001), SlotRange(850_000, 999_999)),
    "exp-d": (SlotRange(350_001, 500_000),),
    "exp-e": (SlotRange(500_000, 700_000),),
}
EXPERIMENTS = {key: an_experiment(key, model=f"model-{key}", slots=slots) for key, slots in SLOTS.items()}
NAMESPACE = owning(*EXPERIMENTS.values())


def decider_of(key: str) -> Decider:
    """What the function of that experiment's model decides with; it knows nothing of the other four."""
    experiment = EXPERIMENTS[key]
    stored = encode_model_snapshot(
        experiment.model, experiments=[experiment], namespaces=[NAMESPACE], unit_hash_key=SECRET, number=1
    )
    return Decider(decode_model_snapshot(stored), CelLanguage)


def index_of(key: str) -> NamespaceIndex:
    (index,) = decider_of(key).namespaces("user")
    return index


@cache
def unit_slots() -> Counts:
    """Of a million units."""
    slot_of = index_of("exp-a").draw.slot_of
    return np.fromiter((slot_of(b"user-%d" % number) for number in range(UNIT_COUNT)), np.int64, UNIT_COUNT)


@cache
def taken() -> dict[str, Counts]:
    """Per experiment, which of the units its model's function takes."""
    slots = unit_slots().tolist()
    owners = {key: index_of(key).owner_of for key in SLOTS}
    return {
        key: np.fromiter((owner_of(slot) is not None for slot in slots), bool, UNIT_COUNT)
        for key, owner_of in owners.items()
    }


def test_no_unit_of_a_million_is_in_two_experiments() -> None:
    memberships = sum(each.astype(int) for each in taken().values())

    assert np.bincount(memberships, minlength=6).tolist()[2:] == [0, 0, 0, 0]
    assert all(each.any() for each in taken().values())


def test_every_owned_slot_is_reached_about_equally() -> None:
    nobodys = (unit_slots() >= 700_000) & (unit_slots() < 800_000)
    sizes = [sum(each.end - each.first for each in slots) for slots in SLOTS.values()]
    members = [int(each.sum()) for each in taken().values()]

    assert sum(members) == UNIT_COUNT - int(nobodys.sum())
    assert p_of_fit([*members, int(nobodys.sum())], [size / SLOT_COUNT for size in [*sizes, 100_000]]) > LEVEL / 2
    everywhere = np.bincount(unit_slots() * CELLS // SLOT_COUNT, minlength=CELLS)
    assert p_of_fit(everywhere, np.full(CELLS, 1 / CELLS)) > LEVEL / 2


def test_slots_are_hit_as_often_as_chance_would_hit_them() -> None:
    """A million units on a million slots: 0, 1, 2, … units per slot as Poisson's law with mean 1 has it."""
    per_slot = np.bincount(np.bincount(unit_slots(), minlength=SLOT_COUNT), minlength=8)
    at_most_6 = np.exp(-1) / np.array([1, 1, 2, 6, 24, 120, 720])

    assert p_of_fit([*per_slot[:7], per_slot[7:].sum()], [*at_most_6, 1 - at_most_6.sum()]) > LEVEL


def test_deciding_gives_a_unit_to_the_owner_of_its_slot_and_to_nobody_else() -> None:
    deciders = {key: decider_of(key) for key in SLOTS}
    for number in range(10_000):
        decided = {
            key
            for key, decider in deciders.items()
            if decider.decide("user", f"user-{number}", attributes={}, state=NOTHING_STORED)
        }
        assert decided == {key for key, units in taken().items() if units[number]}
