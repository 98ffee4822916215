"""Outcomes come in one by one or by the hundred, and each is durable before it is called accepted."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from sluice.adapters.memory_outcomes import MemoryOutcomeQueue, MemoryOutcomeStore
from sluice.errors import InvalidOutcome, InvalidRequest, MalformedBody, StoreUnavailable
from sluice.experiments.outcome import Outcome
from sluice.usecases.accept_outcomes import Intake, IntakePorts, Refusal, accept_outcomes
from sluice.usecases.deliver_outcome import deliver_outcome
from tests.unit.experiments.outcome_builders import NOON, a_reception, an_item, an_outcome, unit_key


class StandingClock:
    def now(self) -> Any:
        return NOON


class RefusingQueue(MemoryOutcomeQueue):
    """Takes all but the outcomes of some keys, as SQS may."""

    def __init__(self, *keys: str) -> None:
        super().__init__()
        self._keys = keys

    def send(self, outcomes: Sequence[Outcome]) -> Mapping[int, str]:
        refused = {at: "throttled" for at, each in enumerate(outcomes) if each.idempotency_key in self._keys}
        super().send([each for at, each in enumerate(outcomes) if at not in refused])
        return refused


class UnreachableQueue(MemoryOutcomeQueue):
    def send(self, outcomes: Sequence[Outcome]) -> Mapping[int, str]:
        raise StoreUnavailable("the queue", "nobody answers")


def accept(queue: MemoryOutcomeQueue, *items: Any, header_key: str | None = None) -> Intake:
    ports = IntakePorts(queue, StandingClock(), unit_key, a_reception().new_key)
    return accept_outcomes(items, header_key, ports=ports)


def delivered(queue: MemoryOutcomeQueue) -> list[str]:
    """The keys that end in the store."""
    store = MemoryOutcomeStore()
    for message in queue.messages:
        deliver_outcome(message, store=store)
    return sorted(store.outcomes)


def test_what_is_accepted_is_in_the_queue() -> None:
    queue = MemoryOutcomeQueue()

    intake = accept(queue, an_item(idempotency_key="a"), an_item(idempotency_key="b"))

    assert intake == Intake((0, 1), ())
    assert delivered(queue) == ["a", "b"]


def test_a_hundred_are_taken_at_once_and_no_more() -> None:
    queue = MemoryOutcomeQueue()

    assert len(accept(queue, *[an_item()] * 100).accepted) == 100
    with pytest.raises(InvalidRequest, match="there are 101, allowed: 1 to 100"):
        accept(queue, *[an_item()] * 101)
    with pytest.raises(InvalidRequest, match="there are 0"):
        accept(queue)
    assert len(queue.messages) == 100


def test_each_item_is_accepted_or_refused_for_itself() -> None:
    queue = RefusingQueue("b")

    intake = accept(
        queue,
        an_item(value="1"),
        an_item(idempotency_key="a"),
        an_item(prediction_id=None, unit=""),
        an_item(idempotency_key="b"),
        an_item(idempotency_key="c"),
    )

    assert intake.accepted == (1, 4)
    assert [(each.index, each.field, each.retry) for each in intake.refused] == [
        (0, "value", False),
        (2, "unit", False),
        (3, None, True),
    ]
    assert intake.refused[2] == Refusal(3, None, "throttled", retry=True)
    assert delivered(queue) == ["a", "c"]


def test_a_queue_that_is_gone_refuses_what_was_valid_and_it_may_be_sent_again() -> None:
    intake = accept(UnreachableQueue(), an_item(value="1"), an_item())

    assert intake.accepted == ()
    assert [(each.index, each.retry) for each in intake.refused] == [(0, False), (1, True)]
    assert "nobody answers" in intake.refused[1].error


def test_the_queue_is_left_alone_when_nothing_is_valid() -> None:
    assert [each.retry for each in accept(UnreachableQueue(), an_item(value="1")).refused] == [False]


def test_the_same_key_twice_is_accepted_twice_and_kept_once() -> None:
    queue = MemoryOutcomeQueue()

    accept(queue, an_item(idempotency_key="k", value=1), an_item(idempotency_key="k", value=2))
    accept(queue, an_item(value=3), header_key="k")

    assert len(queue.messages) == 3
    assert delivered(queue) == ["k"]


def test_a_header_names_one_outcome_only() -> None:
    with pytest.raises(InvalidOutcome, match="Idempotency-Key: it goes with a single outcome"):
        accept(MemoryOutcomeQueue(), an_item(), an_item(), header_key="k")


def test_a_secret_that_cannot_be_read_fails_the_request_before_anything_is_sent() -> None:
    def unreadable(unit_type: str, unit_id: str) -> str:
        raise StoreUnavailable("the experiments table", "throttled")

    queue = MemoryOutcomeQueue()
    ports = IntakePorts(queue, StandingClock(), unreadable, a_reception().new_key)

    with pytest.raises(StoreUnavailable):
        accept_outcomes([an_item(), an_item(prediction_id=None, unit="u")], ports=ports)

    assert queue.messages == []
    assert accept_outcomes([an_item()], ports=ports).accepted == (0,)


def test_a_message_that_comes_again_changes_nothing() -> None:
    store, queue = MemoryOutcomeStore(), MemoryOutcomeQueue()
    queue.send([an_outcome("k")])

    assert [deliver_outcome(queue.messages[0], store=store) for _ in range(2)] == [True, False]
    assert store.outcomes == {"k": an_outcome("k")}


def test_a_message_that_is_no_outcome_is_not_swallowed() -> None:
    with pytest.raises(MalformedBody):
        deliver_outcome("{}", store=MemoryOutcomeStore())
