"""Chance, as far as there is any: each draw is uniform, and no two of them know of each other.

Level: 0.001 for each family of tests together, so 0.001 / (number of tests) for each of them (Bonferroni). Nothing is
random here: what passes once passes for ever.
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import combinations

import numpy as np
import pytest

from sluice.experiments.slots import SLOT_COUNT, Draw, experiment_salt, flag_salt, holdout_salt, namespace_salt
from tests.statistical.chi_square import Counts, p_of_independence, p_of_uniform

LEVEL = 0.001
UNITS = [f"user-{number}".encode() for number in range(100_000)]
KEYS = [f"exp-{number}" for number in range(12)]
UNIFORM_CELLS, PAIR_CELLS = 50, 10


def slots(salt: str, unit_type: str = "user") -> Counts:
    draw = Draw(salt, unit_type)
    return np.fromiter(map(draw.slot_of, UNITS), np.int64, len(UNITS))


@cache
def arm_draws() -> list[Counts]:
    """Of twelve experiments, for every unit."""
    return [slots(experiment_salt(key, key)) for key in KEYS]


def smallest_p(draws: Sequence[Counts]) -> tuple[float, float]:
    """Of the tests for uniformity, and of those for independence."""
    uniform = min(p_of_uniform(draw, UNIFORM_CELLS) for draw in draws)
    independent = min(p_of_independence(*pair, PAIR_CELLS) for pair in combinations(draws, 2))
    return uniform, independent


def test_twelve_experiments_draw_uniformly_and_independently() -> None:
    uniform, independent = smallest_p(arm_draws())

    tests = len(KEYS) + len(KEYS) * (len(KEYS) - 1) // 2
    assert tests == 78
    assert uniform > LEVEL / tests
    assert independent > LEVEL / tests


@pytest.mark.parametrize("key", ["main", "exp-0"])
def test_the_draws_of_one_key_and_seed_are_independent_of_each_other(key: str) -> None:
    draws = [slots(salt_of(key, key)) for salt_of in (namespace_salt, holdout_salt, experiment_salt, flag_salt)]

    uniform, independent = smallest_p(draws)

    assert uniform > LEVEL / 10
    assert independent > LEVEL / 10


def test_another_seed_or_unit_type_is_another_draw() -> None:
    others = [slots(experiment_salt("exp-0", "2027")), slots(experiment_salt("exp-0", "exp-0"), "device")]

    uniform, independent = smallest_p([arm_draws()[0], *others])

    assert uniform > LEVEL / 6
    assert independent > LEVEL / 6


def test_arms_are_even_within_every_part_of_the_namespace() -> None:
    """What reusing the namespace's draw for the arms would break: an experiment owns only a part of it."""
    namespace = slots(namespace_salt("main", "main"))
    for first in range(0, SLOT_COUNT, SLOT_COUNT // 4):
        inside = (first <= namespace) & (namespace < first + SLOT_COUNT // 4)
        assert p_of_uniform(arm_draws()[0][inside], UNIFORM_CELLS) > LEVEL / 4


def fnv1a(data: bytes) -> int:
    value = 0x811C9DC5
    for byte in data:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def fnv_slots(key: str) -> Counts:
    """The draw that others began with: FNV-1a of id and key, modulo 1,000."""
    scale = SLOT_COUNT // 1_000
    return np.array([fnv1a(unit + key.encode()) % 1_000 * scale for unit in UNITS[:20_000]])


@pytest.mark.parametrize("broken", [fnv_slots, lambda key: slots(namespace_salt("main", "main"))])
def test_draws_that_are_known_to_depend_on_each_other_are_found_out(broken: Callable[[str], Counts]) -> None:
    _, independent = smallest_p([broken(key) for key in KEYS[:4]])

    assert independent < LEVEL / 78
