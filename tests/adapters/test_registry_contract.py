from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sluice.catalog.approval import ApprovalState
from sluice.catalog.ports import Registry
from sluice.catalog.release import ReleaseBinding
from sluice.errors import (
    IllegalApproval,
    ModelVersionTaken,
    NotApproved,
    ReleaseBindingTaken,
    ReleaseTaken,
    UnknownModelVersion,
)
from tests.unit.catalog.builders import (
    NOON,
    a_content,
    a_model,
    a_release,
    a_version,
    an_approval,
    an_artefact,
    an_event,
)


def approved(registry: Registry, *numbers: int) -> None:
    for number in numbers:
        registry.add_version(a_version(number, ApprovalState.APPROVED), an_event())


def test_a_new_registry_knows_nothing(registry: Registry) -> None:
    assert registry.find_model("churn") is None
    assert registry.find_version("churn", 1) is None
    assert registry.find_release("churn", 1) is None
    assert registry.latest_release("churn") is None
    assert registry.latest_version_number("churn") == 0
    assert [*registry.list_models(), *registry.list_versions("churn"), *registry.list_history("churn")] == []
    assert [*registry.list_releases("churn"), *registry.list_bindings("churn")] == []


def test_models_are_listed_by_name_and_replaced_whole(registry: Registry) -> None:
    for model in (a_model("spam"), a_model("churn"), a_model("churn", owner="new owner")):
        registry.save_model(model, an_event(model.name))

    assert registry.find_model("churn") == a_model("churn", owner="new owner")
    assert list(registry.list_models()) == [a_model("churn", owner="new owner"), a_model("spam")]


def test_a_version_comes_back_as_it_was_added(registry: Registry) -> None:
    version = a_version(7)

    registry.add_version(version, an_event())

    assert registry.find_version("churn", 7) == version


def test_versions_are_listed_by_number_and_not_by_spelling(registry: Registry) -> None:
    for number in (10, 9, 100, 1):
        registry.add_version(a_version(number), an_event())

    assert [version.number for version in registry.list_versions("churn")] == [1, 9, 10, 100]
    assert registry.latest_version_number("churn") == 100


def test_models_whose_names_begin_alike_keep_apart(registry: Registry) -> None:
    registry.add_version(a_version(1), an_event())
    registry.add_version(a_version(5, model="churn-2"), an_event("churn-2"))

    assert registry.latest_version_number("churn") == 1
    assert [version.model for version in registry.list_versions("churn")] == ["churn"]


def test_a_taken_number_is_refused_and_nothing_changes(registry: Registry) -> None:
    registry.add_version(a_version(1), an_event(action="first"))

    with pytest.raises(ModelVersionTaken, match="churn version 1 is already registered with another artefact"):
        registry.add_version(a_version(1, artefact=an_artefact("c")), an_event(action="second"))

    assert registry.find_version("churn", 1) == a_version(1)
    assert [event.action for event in registry.list_history("churn")] == ["first"]


def test_approval_changes_with_its_line_of_history(registry: Registry) -> None:
    registry.add_version(a_version(1), an_event())

    registry.change_approval(
        a_version(1), an_approval(ApprovalState.APPROVED), expected=ApprovalState.PENDING, event=an_event(action="yes")
    )

    assert registry.find_version("churn", 1) == a_version(1, ApprovalState.APPROVED)
    assert registry.list_history("churn")[-1].action == "yes"


def test_an_approval_that_moved_meanwhile_is_refused_and_nothing_changes(registry: Registry) -> None:
    registry.add_version(a_version(1, ApprovalState.REJECTED), an_event())
    approval = an_approval(ApprovalState.APPROVED)

    with pytest.raises(IllegalApproval, match=r"is rejected; it cannot become approved, allowed: nothing"):
        registry.change_approval(a_version(1), approval, expected=ApprovalState.PENDING, event=an_event())

    assert registry.find_version("churn", 1) == a_version(1, ApprovalState.REJECTED)
    assert len(registry.list_history("churn")) == 1


def test_a_version_that_is_not_there_gets_no_approval(registry: Registry) -> None:
    approval = an_approval(ApprovalState.APPROVED)

    with pytest.raises(UnknownModelVersion):
        registry.change_approval(a_version(1), approval, expected=ApprovalState.PENDING, event=an_event())

    assert registry.find_version("churn", 1) is None


def test_history_is_told_by_instant_and_then_in_the_order_of_writing(registry: Registry) -> None:
    for action, minutes in (("second", 0), ("third", 0), ("first", -1), ("fourth", 1)):
        registry.save_model(a_model(), an_event(action=action, at=NOON + timedelta(minutes=minutes)))

    assert [event.action for event in registry.list_history("churn")] == ["first", "second", "third", "fourth"]


def test_a_release_comes_back_as_it_was_added(registry: Registry) -> None:
    approved(registry, 1, 2)
    release = a_release(1, a_content(2, (1, 2)))

    registry.add_release(release, an_event(action="published"))

    assert registry.find_release("churn", 1) == release
    assert registry.latest_release("churn") == release
    assert registry.list_history("churn")[-1].action == "published"


def test_releases_are_listed_by_number_and_the_latest_is_the_highest(registry: Registry) -> None:
    approved(registry, 1)
    for number in (9, 10, 2):
        registry.add_release(a_release(number), an_event())

    assert [release.number for release in registry.list_releases("churn")] == [2, 9, 10]
    assert registry.latest_release("churn") == a_release(10)


def test_a_taken_release_number_is_refused(registry: Registry) -> None:
    approved(registry, 1)
    registry.add_release(a_release(1), an_event())

    with pytest.raises(ReleaseTaken):
        registry.add_release(replace(a_release(1), published_by="bob"), an_event())

    assert registry.find_release("churn", 1) == a_release(1)


@pytest.mark.parametrize("state", [ApprovalState.PENDING, ApprovalState.REJECTED, ApprovalState.RETIRED])
def test_a_release_of_an_unapproved_version_is_refused_at_the_instant_of_writing(
    registry: Registry, state: ApprovalState
) -> None:
    approved(registry, 1)
    registry.add_version(a_version(2, state), an_event())

    with pytest.raises(NotApproved, match=rf"found 2: {state}, 3: not registered"):
        registry.add_release(a_release(1, a_content(1, (1, 2, 3))), an_event())

    assert registry.latest_release("churn") is None


def test_a_function_version_is_bound_once_and_for_ever(registry: Registry) -> None:
    first = ReleaseBinding("churn", "3", 1, NOON)
    registry.bind_function_version(first)

    registry.bind_function_version(replace(first, bound_at=NOON + timedelta(hours=1)))
    with pytest.raises(ReleaseBindingTaken, match="function version 3 carries release 1, not 2"):
        registry.bind_function_version(replace(first, release=2))

    assert list(registry.list_bindings("churn")) == [first]


def test_bindings_are_listed_oldest_function_version_first(registry: Registry) -> None:
    for function_version in ("10", "9", "1"):
        registry.bind_function_version(ReleaseBinding("churn", function_version, 1, NOON))

    assert [binding.function_version for binding in registry.list_bindings("churn")] == ["1", "9", "10"]


def test_long_lists_come_whole(registry: Registry) -> None:
    # Ten versions of 300 kB are three pages of DynamoDB's 1 MB.
    big: dict[str, Any] = {"card": "x" * 300_000}
    for number in range(1, 11):
        registry.add_version(a_version(number, **big), an_event())

    assert [version.number for version in registry.list_versions("churn")] == list(range(1, 11))


def test_the_newest_approvals_come_newest_first_and_no_more_than_asked_for(registry: Registry) -> None:
    approved(registry, 1, 2, 9, 10, 11)

    assert [number for number, _ in registry.newest_approvals("churn", limit=3)] == [11, 10, 9]
    assert [number for number, _ in registry.newest_approvals("churn", limit=9, before=10)] == [9, 2, 1]
    assert list(registry.newest_approvals("churn", limit=9, before=1)) == []
    assert list(registry.newest_approvals("spam", limit=9)) == []


def test_an_approval_that_is_read_alone_is_the_versions(registry: Registry) -> None:
    version = a_version(7, ApprovalState.REJECTED)
    registry.add_version(version, an_event())

    assert list(registry.newest_approvals("churn", limit=1)) == [(7, version.approval)]


def test_one_binding_is_found_without_the_others(registry: Registry) -> None:
    registry.bind_function_version(ReleaseBinding("churn", "12", 3, NOON))

    assert registry.find_binding("churn", "12") == ReleaseBinding("churn", "12", 3, NOON)
    assert registry.find_binding("churn", "1") is registry.find_binding("churn", "$LATEST") is None
