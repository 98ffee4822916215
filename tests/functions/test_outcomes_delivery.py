"""The queue's consumer through its Lambda handler: what is stored, and which messages the queue must keep."""

import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from sluice.adapters.memory_outcomes import MemoryOutcomeStore
from sluice.errors import StoreUnavailable
from sluice.experiments.outcome import Outcome
from sluice.experiments.outcome_document import outcome_to_bytes
from tests.functions.outcomes_functions import DeliveryFunction
from tests.unit.experiments.outcome_builders import an_outcome


class FlakyStore(MemoryOutcomeStore):
    """Fails for some keys, as often as it is told to."""

    def __init__(self, **failures: int) -> None:
        super().__init__()
        self._failures = failures

    def put_if_absent(self, outcome: Outcome) -> bool:
        if self._failures.get(outcome.idempotency_key, 0):
            self._failures[outcome.idempotency_key] -= 1
            raise StoreUnavailable("bucket records", "SlowDown")
        return super().put_if_absent(outcome)


def messages(*keys: str) -> list[bytes]:
    return [outcome_to_bytes(an_outcome(key)) for key in keys]


def test_what_is_delivered_is_stored() -> None:
    store = MemoryOutcomeStore()

    assert DeliveryFunction(store).deliver(*messages("a", "b")) == []
    assert set(store.outcomes) == {"a", "b"}


def test_a_batch_that_fails_in_part_names_the_messages_to_keep() -> None:
    store = FlakyStore(b=1)
    function = DeliveryFunction(store)

    assert function.deliver(*messages("a", "b", "c")) == ["m1"]
    assert set(store.outcomes) == {"a", "c"}
    assert function.deliver(*messages("b")) == []
    assert set(store.outcomes) == {"a", "b", "c"}


def test_a_message_that_is_no_outcome_stays_and_holds_up_no_other() -> None:
    store = MemoryOutcomeStore()

    assert DeliveryFunction(store).deliver("{}", messages("a")[0], "not json") == ["m0", "m2"]
    assert set(store.outcomes) == {"a"}


def test_what_is_delivered_twice_is_stored_once() -> None:
    store = MemoryOutcomeStore()
    function = DeliveryFunction(store)

    assert function.deliver(*messages("a", "a")) == []
    assert function.deliver(*messages("a")) == []

    assert len(store.outcomes) == 1
    assert [(line["stored"], line["already_there"], line["failed"]) for line in function.log.lines] == [
        (1, 1, 0),
        (0, 1, 0),
    ]


def test_a_batch_that_fails_whole_is_an_error_of_the_function() -> None:
    function = DeliveryFunction(FlakyStore(a=1, b=1))

    with pytest.raises(BatchProcessingError):
        function.deliver(*messages("a", "b"))

    assert function.deliver(*messages("a", "b")) == []


def test_why_a_message_failed_is_in_the_log() -> None:
    function = DeliveryFunction(FlakyStore(b=1))

    function.deliver(*messages("a", "b"))

    assert "bucket records is unavailable: SlowDown" in function.log.text
