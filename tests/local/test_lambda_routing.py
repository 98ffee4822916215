"""The draw between an alias's two versions."""

import pytest

from sluice.local.lambda_control.function import Alias
from sluice.local.lambda_host.routing import AliasDraws, slots_of


def draws_of(weight: float, *, seed: int = 7, name: str = "live", count: int = 1000) -> list[str]:
    alias = Alias(name, "1", "", "2", weight, "r")
    draws = AliasDraws(seed, function_name="f", alias_name=name)
    return [draws.choose(alias) for _ in range(count)]


def test_a_thousand_draws_at_ten_percent_give_a_hundred_give_or_take_thirty() -> None:
    counts = [draws_of(0.1, seed=seed).count("2") for seed in range(20)]

    assert all(70 <= count <= 130 for count in counts)
    assert 97 <= sum(counts) / len(counts) <= 103


def test_same_seed_function_and_alias_give_the_same_sequence_and_another_alias_another() -> None:
    assert draws_of(0.3) == draws_of(0.3)
    assert draws_of(0.3) != draws_of(0.3, seed=8)
    assert draws_of(0.3) != draws_of(0.3, name="next")


def test_weight_zero_never_draws_the_additional_version_and_one_always() -> None:
    assert set(draws_of(0.0, count=5000)) == {"1"}
    assert set(draws_of(1.0, count=5000)) == {"2"}


def test_raising_the_weight_moves_draws_only_towards_the_additional_version() -> None:
    pairs = zip(draws_of(0.1), draws_of(0.4), strict=True)

    assert ("2", "1") not in set(pairs)


def test_alias_without_weights_spends_its_draws_all_the_same() -> None:
    draws = AliasDraws(7, function_name="f", alias_name="live")
    alone = Alias("live", "1", "", None, 0.0, "r")
    assert {draws.choose(alone) for _ in range(500)} == {"1"}

    weighted = Alias("live", "1", "", "2", 0.3, "r")
    assert [draws.choose(weighted) for _ in range(500)] == draws_of(0.3)[500:]


@pytest.mark.parametrize(("weight", "slots"), [(0.0, 0), (0.5, 1 << 31), (1.0, 1 << 32)])
def test_weights_become_whole_slots(weight: float, slots: int) -> None:
    assert slots_of(weight) == slots
