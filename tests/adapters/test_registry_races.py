from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from sluice.catalog.approval import ApprovalState
from sluice.catalog.ports import Registry
from sluice.catalog.release import ReleaseBinding
from sluice.errors import IllegalApproval, ModelVersionTaken, ReleaseBindingTaken, ReleaseTaken
from tests.unit.catalog.builders import NOON, a_release, a_version, an_approval, an_event

RIVALS = 8
AtOnce = Callable[..., list[Any]]


def kinds(outcomes: list[Any]) -> Counter[type]:
    return Counter(type(outcome) for outcome in outcomes)


def test_one_of_many_registrations_of_a_number_wins(registry: Registry, at_once: AtOnce) -> None:
    rivals = [replace(a_version(1, card=f"# {rival}"), registered_by=str(rival)) for rival in range(RIVALS)]

    outcomes = at_once(*(partial(registry.add_version, each, an_event(by=each.registered_by)) for each in rivals))

    winner = rivals[outcomes.index(None)]
    assert kinds(outcomes) == {type(None): 1, ModelVersionTaken: RIVALS - 1}
    assert registry.find_version("churn", 1) == winner
    assert [event.by for event in registry.list_history("churn")] == [winner.registered_by]


def test_one_of_many_decisions_on_a_version_wins(registry: Registry, at_once: AtOnce) -> None:
    registry.add_version(a_version(1), an_event())
    states = [ApprovalState.APPROVED, ApprovalState.REJECTED] * (RIVALS // 2)

    outcomes = at_once(
        *(
            partial(
                registry.change_approval,
                a_version(1),
                an_approval(state),
                expected=ApprovalState.PENDING,
                event=an_event(action=state),
            )
            for state in states
        )
    )

    winner = states[outcomes.index(None)]
    assert kinds(outcomes) == {type(None): 1, IllegalApproval: RIVALS - 1}
    assert registry.find_version("churn", 1) == a_version(1, winner)
    assert [event.action for event in registry.list_history("churn")] == ["noted", winner]


def test_one_of_many_releases_of_a_number_wins(registry: Registry, at_once: AtOnce) -> None:
    registry.add_version(a_version(1, ApprovalState.APPROVED), an_event())
    rivals = [replace(a_release(1), published_by=str(rival)) for rival in range(RIVALS)]

    outcomes = at_once(*(partial(registry.add_release, each, an_event(by=each.published_by)) for each in rivals))

    winner = rivals[outcomes.index(None)]
    assert kinds(outcomes) == {type(None): 1, ReleaseTaken: RIVALS - 1}
    assert registry.find_release("churn", 1) == winner
    assert [event.by for event in registry.list_history("churn")] == ["ada", winner.published_by]


def test_one_of_many_bindings_of_a_function_version_wins(registry: Registry, at_once: AtOnce) -> None:
    rivals = [ReleaseBinding("churn", "1", release, NOON) for release in range(RIVALS)]

    outcomes = at_once(*(partial(registry.bind_function_version, each) for each in rivals))

    assert kinds(outcomes) == {type(None): 1, ReleaseBindingTaken: RIVALS - 1}
    assert list(registry.list_bindings("churn")) == [rivals[outcomes.index(None)]]


def test_a_version_is_never_both_retired_and_newly_released(registry: Registry, at_once: AtOnce) -> None:
    registry.add_version(a_version(1, ApprovalState.APPROVED), an_event())
    retire = partial(
        registry.change_approval,
        a_version(1, ApprovalState.APPROVED),
        an_approval(ApprovalState.RETIRED),
        expected=ApprovalState.APPROVED,
        event=an_event(action="retired"),
    )

    at_once(retire, partial(registry.add_release, a_release(1), an_event(action="released")))

    # Both events are of one instant, so their order in the history says nothing; that the release came first does.
    told = {event.action for event in registry.list_history("churn")[1:]}
    assert told in ({"retired"}, {"released", "retired"})
