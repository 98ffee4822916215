"""The life of a flag: every change is one write with the snapshot that it leads to, and rivals are told apart."""

import pytest

from sluice.errors import (
    Conflict,
    DefinitionChanged,
    InvalidDefinition,
    MoveRefused,
    StoreUnavailable,
    UnknownDefinition,
)
from sluice.experiments.attributes import AttributeType
from sluice.experiments.flag_value import ValueType
from sluice.experiments.ports import ChangeNote, Definition, Kind
from sluice.usecases.definition_change import Change, Written
from sluice.usecases.find_flag import FlagSearch, find_flag, flag_history, list_flags
from tests.unit.experiments.flag_builders import COUNTRY, a_flag, a_rule
from tests.unit.usecases.flag_plane import NOON, FlagPlane


@pytest.fixture
def plane() -> FlagPlane:
    return FlagPlane()


def keys(plane: FlagPlane, search: FlagSearch) -> list[str]:
    return [each.flag.key for each in list_flags(search, definitions=plane.definitions)]


def test_a_defined_flag_is_stored_and_in_the_snapshot(plane: FlagPlane) -> None:
    defined = plane.define(a_flag())

    assert defined.written is Written.CREATED
    assert defined.revision.note == ChangeNote("ann", NOON, "because", "define")
    assert find_flag("new-checkout", definitions=plane.definitions).flag == a_flag()
    assert plane.snapshot.flags == {"new-checkout": a_flag()}
    assert plane.snapshot.unit_hash_key == plane.definitions.unit_hash_key()


def test_another_text_is_the_next_revision_and_snapshot(plane: FlagPlane) -> None:
    plane.define(a_flag())

    defined = plane.define(a_flag(default="on"))

    assert (defined.written, defined.revision.flag.revision) == (Written.EDITED, 2)
    assert plane.snapshot.number == 2
    assert plane.snapshot.flags["new-checkout"].default == "on"
    history = flag_history("new-checkout", definitions=plane.definitions)
    assert [each.flag.default for each in history] == ["off", "on"]


def test_the_same_text_changes_nothing(plane: FlagPlane) -> None:
    plane.define(a_flag())

    assert plane.define(a_flag()).written is Written.UNCHANGED
    assert plane.snapshot.number == 1


@pytest.mark.parametrize(("before", "after"), [(1, True), (0, False), (1, 1.0)])
def test_what_only_python_takes_for_the_same_is_a_change(plane: FlagPlane, before: object, after: object) -> None:
    for value in (before, after):
        flag = a_flag(value_type=ValueType.OBJECT, variants={"off": {"inner": value}})
        defined = plane.define(flag)

    assert defined.written is Written.EDITED


def test_the_order_of_variants_is_none(plane: FlagPlane) -> None:
    plane.define(a_flag(variants={"on": True, "off": False}))

    assert plane.define(a_flag(variants={"off": False, "on": True})).written is Written.UNCHANGED


def test_a_flag_that_was_switched_off_stays_off_when_its_file_is_applied_again(plane: FlagPlane) -> None:
    plane.define(a_flag())
    plane.switch("new-checkout", enabled=False)

    plane.define(a_flag(default="on"))

    assert not plane.snapshot.flags["new-checkout"].enabled
    assert plane.switch("new-checkout", enabled=True).revision == 4


def test_switching_off_what_is_off_writes_nothing(plane: FlagPlane) -> None:
    plane.define(a_flag())
    plane.switch("new-checkout", enabled=False)

    assert plane.switch("new-checkout", enabled=False).revision == 2
    assert plane.snapshot.number == 2


def test_a_type_is_for_ever(plane: FlagPlane) -> None:
    plane.define(a_flag())

    with pytest.raises(MoveRefused, match="boolean"):
        plane.define(a_flag(value_type=ValueType.STRING, variants={"on": "a", "off": "b"}))


def test_an_archived_flag_is_out_of_the_snapshot_and_its_key_is_spent(plane: FlagPlane) -> None:
    plane.define(a_flag(), a_flag("other"))

    assert plane.archive("new-checkout").is_archived

    assert list(plane.snapshot.flags) == ["other"]
    assert plane.archive("new-checkout").revision == 2
    for attempt in (lambda: plane.define(a_flag()), lambda: plane.switch("new-checkout", enabled=True)):
        with pytest.raises(MoveRefused, match="archived"):
            attempt()


def test_a_flag_that_others_need_cannot_be_archived(plane: FlagPlane) -> None:
    plane.define(a_flag(), a_flag("b", prerequisites={"new-checkout": ("on",)}))

    with pytest.raises(MoveRefused, match="a prerequisite of b"):
        plane.archive("new-checkout")

    plane.archive("b")
    assert plane.archive("new-checkout").is_archived


def test_a_prerequisite_that_is_archived_is_none(plane: FlagPlane) -> None:
    plane.define(a_flag())
    plane.archive("new-checkout")

    with pytest.raises(InvalidDefinition, match="no such flag"):
        plane.define(a_flag("b", prerequisites={"new-checkout": ("on",)}))


def test_an_edit_that_closes_a_cycle_is_refused_and_nothing_is_written(plane: FlagPlane) -> None:
    plane.define(a_flag("a"), a_flag("b", prerequisites={"a": ("on",)}))

    with pytest.raises(InvalidDefinition, match="needs"):
        plane.define(a_flag("a", prerequisites={"b": ("on",)}))

    assert plane.snapshot.number == 2
    assert find_flag("a", definitions=plane.definitions).flag.revision == 1


def test_an_edit_that_takes_a_needed_variant_is_refused(plane: FlagPlane) -> None:
    plane.define(a_flag("a"), a_flag("b", prerequisites={"a": ("on",)}))

    with pytest.raises(InvalidDefinition, match="flag 'b'"):
        plane.define(a_flag("a", variants={"off": False}))


def test_attributes_of_one_name_have_one_type_in_all_flags(plane: FlagPlane) -> None:
    plane.define(a_flag("a", attributes=COUNTRY))

    with pytest.raises(InvalidDefinition, match="flag 'a'"):
        plane.define(a_flag("b", attributes={"country": AttributeType.INT}))


def test_a_condition_is_checked_when_it_is_written(plane: FlagPlane) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        plane.define(a_flag(rules=(a_rule("country == 3"),)))
    assert caught.value.field == "rules[0].when"


def test_who_was_faster_with_another_flag_costs_a_second_look_and_nothing_is_lost(plane: FlagPlane) -> None:
    plane.definitions.meanwhile.append(lambda: plane.define(a_flag("other")))

    plane.define(a_flag())

    assert sorted(plane.snapshot.flags) == ["new-checkout", "other"]
    assert plane.snapshot.number == 2


def test_two_changes_that_do_not_go_together_cannot_both_succeed(plane: FlagPlane) -> None:
    plane.define(a_flag())
    plane.definitions.meanwhile.append(lambda: plane.archive("new-checkout"))

    with pytest.raises(InvalidDefinition, match="no such flag"):
        plane.define(a_flag("b", prerequisites={"new-checkout": ("on",)}))
    assert list(plane.snapshot.flags) == []


def test_who_was_faster_with_the_same_flag_wins(plane: FlagPlane) -> None:
    plane.define(a_flag())
    plane.definitions.meanwhile.append(lambda: plane.switch("new-checkout", enabled=False))

    with pytest.raises(DefinitionChanged):
        plane.define(a_flag(default="on"))
    assert plane.snapshot.flags["new-checkout"].default == "off"


def test_a_second_look_does_not_pass_over_a_change_of_the_flag_itself(plane: FlagPlane) -> None:
    plane.define(a_flag())
    plane.definitions.meanwhile.append(lambda: plane.define(a_flag("other")))
    plane.definitions.then.append(lambda: plane.switch("new-checkout", enabled=False))

    with pytest.raises(DefinitionChanged, match="new-checkout"):
        plane.define(a_flag(default="on"))
    assert plane.snapshot.flags["new-checkout"].default == "off"


def test_two_who_create_one_flag_are_told_apart(plane: FlagPlane) -> None:
    plane.definitions.meanwhile.append(lambda: plane.define(a_flag(owner="others")))

    with pytest.raises(DefinitionChanged):
        plane.define(a_flag())


def test_rivals_without_end_are_a_conflict(plane: FlagPlane) -> None:
    plane.definitions.meanwhile += [lambda n=n: plane.define(a_flag(f"f{n}")) for n in range(6)]  # type: ignore[misc]

    with pytest.raises(Conflict, match="try again"):
        plane.define(a_flag())


def test_a_change_may_say_which_revision_it_has_seen(plane: FlagPlane) -> None:
    plane.define(a_flag(), change=Change("ann", "new", expected_revision=0))

    with pytest.raises(DefinitionChanged):
        plane.define(a_flag(default="on"), change=Change("ann", "new", expected_revision=0))
    with pytest.raises(DefinitionChanged):
        plane.switch("new-checkout", enabled=False, change=Change("ann", "off", expected_revision=2))
    assert plane.switch("new-checkout", enabled=False, change=Change("ann", "off", expected_revision=1)).revision == 2


@pytest.mark.parametrize("attempt", [lambda it: it.switch("nope", enabled=False), lambda it: it.archive("nope")])
def test_a_flag_that_does_not_exist_cannot_be_changed(plane: FlagPlane, attempt: object) -> None:
    with pytest.raises(UnknownDefinition):
        attempt(plane)  # type: ignore[operator]


def test_flags_are_found_by_what_they_are(plane: FlagPlane) -> None:
    plane.define(a_flag("a", description="Wide BANNER"), a_flag("b", owner="search"), a_flag("banner-c"))
    plane.switch("b", enabled=False)
    plane.archive("a")

    assert keys(plane, FlagSearch()) == ["b", "banner-c"]
    assert keys(plane, FlagSearch(with_archived=True)) == ["a", "b", "banner-c"]
    assert keys(plane, FlagSearch(owner="search")) == ["b"]
    assert keys(plane, FlagSearch(enabled=True)) == ["banner-c"]
    assert keys(plane, FlagSearch(text="banner", with_archived=True)) == ["a", "banner-c"]


def test_what_does_not_exist_is_not_found(plane: FlagPlane) -> None:
    for read in (find_flag, flag_history):
        with pytest.raises(UnknownDefinition):
            read("nope", definitions=plane.definitions)


def test_a_stored_document_that_is_no_flag_is_an_unavailable_store(plane: FlagPlane) -> None:
    note = ChangeNote("ann", NOON, "because", "define")
    plane.definitions.commit([Definition(Kind.FLAG, "a", 1, {"key": "a"}, note)])

    with pytest.raises(StoreUnavailable, match="revision 1"):
        find_flag("a", definitions=plane.definitions)
