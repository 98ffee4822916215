from collections.abc import Mapping
from typing import Any

import pytest

from sluice.adapters.memory_candidate_calls import MemoryCandidateCalls
from sluice.errors import CandidateFailed, StoreUnavailable
from sluice.rollouts.plan import Gate, GateKind
from sluice.usecases.ask_gate import Gates
from sluice.usecases.rollout_ports import GateAnswer
from tests.unit.catalog.builders import FixedClock
from tests.unit.usecases.rollout_world import MODEL, RolloutWorld

HOOK = Gate(GateKind.HOOK, 0, hook="check")
SHADOW = Gate(GateKind.SHADOW, 0)


class AskedHooks:
    """Answers what the test says, and remembers the question."""

    def __init__(self, answer: bool | Exception) -> None:
        self.answer = answer
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def ask(self, function_name: str, event: Mapping[str, Any]) -> bool:
        self.asked.append((function_name, event))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def gates(answer: bool | Exception) -> Gates:
    return Gates(AskedHooks(answer), MemoryCandidateCalls(MODEL, {}), lambda *_: (), FixedClock())


@pytest.mark.parametrize(("go", "why"), [(True, "check says go"), (False, "check says no")])
def test_a_hook_is_told_what_it_is_about_and_answers(go: bool, why: str) -> None:
    state = RolloutWorld().start()
    asked = gates(go)

    assert asked.ask(state, HOOK) == GateAnswer(go, why)
    assert isinstance(asked.hooks, AskedHooks)
    [(name, event)] = asked.hooks.asked
    assert (name, event["model"], event["candidate_version"], event["step"]) == ("check", MODEL, "2", -1)


def test_a_hook_that_fails_has_not_said_yes() -> None:
    answer = gates(CandidateFailed("check", "boom")).ask(RolloutWorld().start(), HOOK)

    assert answer
    assert not answer.is_passed


def test_a_hook_that_cannot_be_reached_is_a_matter_for_the_next_tick() -> None:
    with pytest.raises(StoreUnavailable):
        gates(StoreUnavailable("hook check", "throttled")).ask(RolloutWorld().start(), HOOK)


def test_copies_that_nobody_has_answered_are_no_answer() -> None:
    assert gates(True).ask(RolloutWorld().start(), SHADOW) is None
