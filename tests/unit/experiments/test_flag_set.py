"""Flags that are valid each, and must be so together."""

from itertools import pairwise

import pytest

from sluice.adapters.cel_conditions import CelLanguage
from sluice.errors import InvalidDefinition
from sluice.experiments.attributes import AttributeType
from sluice.experiments.flag import Flag
from sluice.experiments.flag_set import check_conditions, check_flags, dependants_of, prerequisite_cycle
from tests.unit.experiments.flag_builders import COUNTRY, a_flag, a_rule


def needing(key: str, *needed: str) -> Flag:
    return a_flag(key, prerequisites=dict.fromkeys(needed, ("on",)))


def by_key(*flags: Flag) -> dict[str, Flag]:
    return {flag.key: flag for flag in flags}


def test_a_diamond_is_no_cycle() -> None:
    flags = by_key(needing("top", "left", "right"), needing("left", "base"), needing("right", "base"), a_flag("base"))

    assert prerequisite_cycle(flags) is None
    check_flags(flags)


def test_a_cycle_is_named_in_the_order_of_need() -> None:
    flags = by_key(needing("a", "b"), needing("b", "c"), needing("c", "a"), needing("d", "a"))

    cycle = prerequisite_cycle(flags)

    assert cycle is not None
    assert cycle[0] == cycle[-1]
    assert all(after in flags[before].prerequisites for before, after in pairwise(cycle))
    with pytest.raises(InvalidDefinition, match=" needs ".join(cycle)):
        check_flags(flags)


def test_a_flag_cannot_need_itself() -> None:
    assert prerequisite_cycle(by_key(needing("a", "a"))) == ("a", "a")


def test_a_long_cycle_is_found_too() -> None:
    ring = [needing(f"f{n}", f"f{(n + 1) % 3000}") for n in range(3000)]

    cycle = prerequisite_cycle(by_key(*ring))

    assert cycle is not None
    assert len(cycle) == 3001


def test_a_prerequisite_exists_and_has_the_variant() -> None:
    with pytest.raises(InvalidDefinition, match="no such flag"):
        check_flags(by_key(needing("a", "b")))
    with pytest.raises(InvalidDefinition, match=r"flag .a.: prerequisites\.b: flag 'b' has no variant 'half'"):
        check_flags(by_key(a_flag("a", prerequisites={"b": ("on", "half")}), a_flag("b")))


def test_chains_end_somewhere() -> None:
    chain = [needing(f"f{n}", f"f{n + 1}") for n in range(16)]
    check_flags(by_key(*chain, a_flag("f16")))

    with pytest.raises(InvalidDefinition, match="chain"):
        check_flags(by_key(*chain, needing("f16", "f17"), a_flag("f17")))


def test_an_attribute_has_one_type_and_both_flags_are_named() -> None:
    flags = by_key(a_flag("a", attributes=COUNTRY), a_flag("b", attributes={"country": AttributeType.INT}))

    with pytest.raises(InvalidDefinition, match=r"flag 'b': attributes.country: it is int here and string in flag 'a'"):
        check_flags(flags)


@pytest.mark.parametrize("when", ['countri == "DE"', "country > 3", "country", 'country == "DE"  &&', '"DE'])
def test_a_condition_that_means_nothing_is_refused_with_its_place(when: str) -> None:
    flag = a_flag(attributes=COUNTRY, rules=(a_rule("true"), a_rule(when)))

    with pytest.raises(InvalidDefinition) as caught:
        check_conditions(flag, CelLanguage)
    assert caught.value.field == "rules[1].when"


def test_good_conditions_pass() -> None:
    check_conditions(a_flag(attributes=COUNTRY, rules=(a_rule(),)), CelLanguage)


def test_dependants_are_those_that_name_it() -> None:
    assert dependants_of("b", [needing("c", "b"), needing("a", "b"), needing("d", "c")]) == ["a", "c"]
