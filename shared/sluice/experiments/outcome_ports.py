"""What outcomes ask of the world: a queue that takes them fast, and a store that keeps each once."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from sluice.experiments.outcome import Outcome


class OutcomeQueue(Protocol):
    """What an outcome waits in, durably, until it is stored. It may come out more than once, and in any order."""

    def send(self, outcomes: Sequence[Outcome]) -> Mapping[int, str]:
        """Make each outcome durable; give the positions of those that were not accepted, and why.

        What is not named has been accepted. Raises StoreUnavailable if the queue failed before it took any.
        """
        ...


class OutcomeStore(Protocol):
    """Where outcomes are kept, one for each idempotency key."""

    def put_if_absent(self, outcome: Outcome) -> bool:
        """Store it and say True, or say False where its key is taken already. Raises StoreUnavailable."""
        ...
