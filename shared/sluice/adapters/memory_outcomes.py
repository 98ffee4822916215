"""The queue and the store of outcomes in this process's memory, for tests and demonstrations."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sluice.experiments.outcome import Outcome
from sluice.experiments.outcome_document import outcome_to_bytes


class MemoryOutcomeQueue:
    """`experiments.outcome_ports.OutcomeQueue`; `messages` is what waits, oldest first."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []

    def send(self, outcomes: Sequence[Outcome]) -> Mapping[int, str]:
        """See the port; it never refuses."""
        self.messages.extend(outcome_to_bytes(outcome) for outcome in outcomes)
        return {}


class MemoryOutcomeStore:
    """`experiments.outcome_ports.OutcomeStore`; `outcomes` is what it keeps, by idempotency key."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Outcome] = {}

    def put_if_absent(self, outcome: Outcome) -> bool:
        """See the port."""
        mine = replace(outcome)
        return self.outcomes.setdefault(mine.idempotency_key, mine) is mine
