from collections.abc import Callable
from functools import partial

import pytest

from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.adapters.memory_registry import MemoryRegistry
from sluice.catalog.approval import Approval, ApprovalState
from sluice.catalog.model_version import ModelVersion
from sluice.catalog.release import ReleaseBinding
from sluice.errors import IllegalApproval, InvalidRequest, StillServed, UnknownModel, UnknownModelVersion
from sluice.usecases.decide_approval import Decision, decide_approval
from sluice.usecases.shift_alias import ShiftWish, shift_alias
from sluice.usecases.who_and_why import WHY_LIMIT_CHARACTERS
from tests.unit.catalog.builders import NOON, FixedClock, a_content, a_model, a_release, a_version, an_event
from tests.unit.usecases.alias_world import alias_ports

Decide = Callable[..., ModelVersion]


@pytest.fixture
def registry() -> MemoryRegistry:
    registry = MemoryRegistry()
    registry.save_model(a_model(), an_event())
    return registry


@pytest.fixture
def publisher() -> MemoryPublisher:
    return MemoryPublisher("churn")


@pytest.fixture
def decide(registry: MemoryRegistry, publisher: MemoryPublisher) -> Decide:
    return partial(decide_approval, "churn", registry=registry, publisher=publisher, clock=FixedClock())


def to(state: ApprovalState, by: str = "bob", why: str = "tested") -> Decision:
    return Decision(state, by, why)


def released(registry: MemoryRegistry, publisher: MemoryPublisher, *numbers: int) -> None:
    """Each version in a release of its own, on function versions 1, 2, …; the first is live."""
    for index, number in enumerate(numbers, start=1):
        registry.add_version(a_version(number, ApprovalState.APPROVED), an_event())
        release = a_release(index, a_content(number, (number,)))
        registry.add_release(release, an_event())
        registry.bind_function_version(ReleaseBinding("churn", publisher.publish("churn", release), index, NOON))
    publisher.create_alias("churn", "1")


@pytest.mark.parametrize("state", [ApprovalState.APPROVED, ApprovalState.REJECTED])
def test_a_decision_is_kept_with_who_when_and_why(
    decide: Decide, registry: MemoryRegistry, state: ApprovalState
) -> None:
    registry.add_version(a_version(1), an_event())

    version = decide(1, decision=to(state))

    assert version.approval == Approval(state, "bob", NOON, "tested")
    assert registry.find_version("churn", 1) == version
    last = registry.list_history("churn")[-1]
    assert (last.model_version, last.action, last.by, last.why) == (1, state, "bob", "tested")


@pytest.mark.parametrize(("by", "why"), [("", "tested"), (" ", "tested"), ("bob", ""), ("bob", "\n")])
def test_a_decision_needs_a_name_and_a_reason(decide: Decide, registry: MemoryRegistry, by: str, why: str) -> None:
    registry.add_version(a_version(1), an_event())

    with pytest.raises(InvalidRequest, match="must say"):
        decide(1, decision=to(ApprovalState.APPROVED, by, why))

    assert registry.find_version("churn", 1) == a_version(1)


def test_a_reason_has_its_limit(decide: Decide, registry: MemoryRegistry) -> None:
    registry.add_version(a_version(1), an_event())

    with pytest.raises(InvalidRequest, match="must have at most"):
        decide(1, decision=to(ApprovalState.APPROVED, why="x" * (WHY_LIMIT_CHARACTERS + 1)))
    assert decide(1, decision=to(ApprovalState.APPROVED, why="x" * WHY_LIMIT_CHARACTERS))


def test_an_illegal_move_is_refused(decide: Decide, registry: MemoryRegistry) -> None:
    registry.add_version(a_version(1, ApprovalState.REJECTED), an_event())

    with pytest.raises(IllegalApproval, match="churn version 1 is rejected; it cannot become approved"):
        decide(1, decision=to(ApprovalState.APPROVED))


def test_unknown_versions_and_models_are_told_apart(decide: Decide, publisher: MemoryPublisher) -> None:
    with pytest.raises(UnknownModelVersion):
        decide(9, decision=to(ApprovalState.APPROVED))
    with pytest.raises(UnknownModel):
        decide(9, decision=to(ApprovalState.APPROVED), registry=MemoryRegistry())


def test_the_loser_of_two_decisions_is_refused(decide: Decide) -> None:
    class Racing(MemoryRegistry):
        raced = False

        def change_approval(self, *values: object, **keywords: object) -> None:
            if not self.raced:
                self.raced = True
                decide(1, decision=to(ApprovalState.REJECTED), registry=self)
            super().change_approval(*values, **keywords)  # type: ignore[arg-type]

    registry = Racing()
    registry.add_version(a_version(1), an_event())

    with pytest.raises(IllegalApproval, match="is rejected"):
        decide(1, decision=to(ApprovalState.APPROVED), registry=registry)


def test_what_the_live_alias_serves_cannot_be_retired(
    decide: Decide, registry: MemoryRegistry, publisher: MemoryPublisher
) -> None:
    released(registry, publisher, 1, 2)
    shift_alias("churn", ShiftWish("2", 1, "bob", "tested"), ports=alias_ports(registry, publisher))

    for number in (1, 2):
        with pytest.raises(StillServed, match=rf"release {number} \(function version {number}\) under alias live"):
            decide(number, decision=to(ApprovalState.RETIRED))


def test_what_no_alias_serves_any_more_can_be_retired(
    decide: Decide, registry: MemoryRegistry, publisher: MemoryPublisher
) -> None:
    released(registry, publisher, 1, 2)
    shift_alias("churn", ShiftWish("2", 10_000, "bob", "tested"), ports=alias_ports(registry, publisher))

    assert decide(1, decision=to(ApprovalState.RETIRED)).approval.state is ApprovalState.RETIRED


def test_what_was_never_published_can_be_retired(decide: Decide, registry: MemoryRegistry) -> None:
    registry.add_version(a_version(1, ApprovalState.APPROVED), an_event())

    assert decide(1, decision=to(ApprovalState.RETIRED)).approval.state is ApprovalState.RETIRED
