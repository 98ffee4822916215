"""Flags on both stores: what was defined comes back, and what rivals do at once leaves no snapshot behind them."""

from collections.abc import Callable, Sequence
from typing import Any

from sluice.adapters.cel_conditions import CelLanguage
from sluice.clock import SystemClock
from sluice.errors import Conflict, InvalidDefinition
from sluice.experiments.flag import Flag
from sluice.experiments.flag_snapshot import FLAGS, FlagSnapshot, decode_flag_snapshot
from sluice.experiments.flag_value import ValueType
from sluice.experiments.ports import DefinitionStore
from sluice.usecases.archive_flag import archive_flag
from sluice.usecases.define_flag import define_flag
from sluice.usecases.definition_change import Change
from sluice.usecases.find_flag import find_flag, list_flags
from sluice.usecases.switch_flag import switch_flag
from tests.unit.experiments.flag_builders import COUNTRY, a_flag, a_rule, shares

CHANGE, CLOCK = Change("ann", "because"), SystemClock()
AtOnce = Callable[..., list[Any]]


def define(definitions: DefinitionStore, *flags: Flag) -> None:
    for flag in flags:
        define_flag(flag, change=CHANGE, definitions=definitions, language_over=CelLanguage, clock=CLOCK)


def snapshot_of(definitions: DefinitionStore) -> FlagSnapshot:
    stored = definitions.find_snapshot(FLAGS)
    assert stored is not None
    return decode_flag_snapshot(stored)


def unexpected(outcomes: Sequence[Any], *allowed: type[Exception]) -> list[Any]:
    return [each for each in outcomes if isinstance(each, Exception) and not isinstance(each, allowed)]


def test_a_flag_comes_back_whole(definitions: DefinitionStore) -> None:
    flag = a_flag(
        value_type=ValueType.OBJECT,
        variants={"on": {"text": "ü", "numbers": [1, 1.5, None]}, "off": {}},
        attributes=COUNTRY,
        rules=(a_rule(), a_rule("true", shares(off=1, on=9_999))),
    )
    whole = a_flag("whole", value_type=ValueType.FLOAT, variants={"off": 1.0})
    define(definitions, flag, whole)

    assert find_flag("new-checkout", definitions=definitions).flag == flag
    assert type(find_flag("whole", definitions=definitions).flag.variants["off"]) is float
    assert snapshot_of(definitions).flags == {"new-checkout": flag, "whole": whole}


def test_flags_that_are_changed_at_once_are_all_in_the_snapshot(definitions: DefinitionStore, at_once: AtOnce) -> None:
    flags = [a_flag(f"flag-{n}") for n in range(6)]

    outcomes = at_once(*(lambda flag=flag: define(definitions, flag) for flag in flags))

    assert unexpected(outcomes, Conflict) == []
    stored = {each.flag.key: each.flag for each in list_flags(definitions=definitions)}
    assert len(stored) == sum(each is None for each in outcomes) >= 1
    assert snapshot_of(definitions).flags == stored
    assert snapshot_of(definitions).number == len(stored)


def test_of_two_changes_that_do_not_go_together_one_fails(definitions: DefinitionStore, at_once: AtOnce) -> None:
    define(definitions, a_flag("base"))
    dependant = a_flag("dependant", prerequisites={"base": ("on",)})

    outcomes = at_once(
        lambda: define(definitions, dependant),
        lambda: archive_flag("base", change=CHANGE, definitions=definitions, clock=CLOCK),
    )

    assert sum(isinstance(each, Exception) for each in outcomes) == 1
    assert unexpected(outcomes, Conflict, InvalidDefinition) == []
    assert set(snapshot_of(definitions).flags) in ({"base", "dependant"}, set())


def test_of_two_who_switch_one_flag_the_last_revision_is_what_is_served(
    definitions: DefinitionStore, at_once: AtOnce
) -> None:
    define(definitions, a_flag())

    outcomes = at_once(
        lambda: switch_flag("new-checkout", enabled=False, change=CHANGE, definitions=definitions, clock=CLOCK),
        lambda: define(definitions, a_flag(default="on")),
    )

    assert unexpected(outcomes, Conflict) == []
    newest = find_flag("new-checkout", definitions=definitions).flag
    assert snapshot_of(definitions).flags == {"new-checkout": newest}
