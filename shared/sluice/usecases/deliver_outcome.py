"""Bring one outcome from the queue into the store, however often the queue hands it out."""

from sluice.experiments.outcome_document import outcome_from_bytes
from sluice.experiments.outcome_ports import OutcomeStore


def deliver_outcome(message: bytes | str, *, store: OutcomeStore) -> bool:
    """Store the outcome; False if its key was there already, which is as good.

    Raises MalformedBody for a message that is no outcome, StoreUnavailable; then the queue must keep the message.
    """
    return store.put_if_absent(outcome_from_bytes(message))
