"""Take outcomes in: check each, and have every valid one in the queue before the sender hears that it is accepted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sluice.clock import Clock
from sluice.errors import InvalidOutcome, InvalidRequest, InvalidUnit, StoreUnavailable
from sluice.experiments.outcome import Outcome
from sluice.experiments.outcome_ports import OutcomeQueue
from sluice.experiments.outcome_request import KEY_HEADER, Reception, outcome_from_item

ITEM_LIMIT = 100


@dataclass(frozen=True, slots=True)
class IntakePorts:
    """`unit_key` turns (unit type, unit id) into the unit's key; `new_key` makes keys that never repeat."""

    queue: OutcomeQueue
    clock: Clock
    unit_key: Callable[[str, str], str]
    new_key: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The item at `index` was not accepted; `field` is the member that breaks a rule, None if it breaks none.

    `retry` says whether the same item may be accepted another time.
    """

    index: int
    field: str | None
    error: str
    retry: bool


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of each item, by its index: accepted, and then durable, or refused."""

    accepted: tuple[int, ...]
    refused: tuple[Refusal, ...]


def accept_outcomes(items: Sequence[Any], header_key: str | None = None, *, ports: IntakePorts) -> Intake:
    """Accept what can be accepted, item by item; `header_key` is a single item's idempotency key.

    Raises InvalidRequest for no items, for more than ITEM_LIMIT, and for a header beside several items;
    StoreUnavailable if `unit_key` does. Then nothing was accepted.
    """
    _check_envelope(items, header_key)
    reception = Reception(ports.clock.now(), ports.unit_key, ports.new_key)
    valid: dict[int, Outcome] = {}
    refused: list[Refusal] = []
    for index, item in enumerate(items):
        try:
            valid[index] = outcome_from_item(item, reception, header_key=header_key)
        except (InvalidOutcome, InvalidUnit) as error:
            refused.append(Refusal(index, error.field, error.rule, retry=False))
    failed = _send(valid, ports.queue)
    refused.extend(Refusal(index, None, why, retry=True) for index, why in failed.items())
    return Intake(tuple(sorted(valid.keys() - failed)), tuple(sorted(refused, key=lambda each: each.index)))


def _send(outcomes: Mapping[int, Outcome], queue: OutcomeQueue) -> Mapping[int, str]:
    """The items that the queue did not take, and why."""
    if not outcomes:
        return {}
    indexes = tuple(outcomes)
    try:
        failed = queue.send(tuple(outcomes.values()))
    except StoreUnavailable as error:
        return dict.fromkeys(indexes, str(error))
    return {indexes[position]: why for position, why in failed.items()}


def _check_envelope(items: Sequence[Any], header_key: str | None) -> None:
    if not 1 <= len(items) <= ITEM_LIMIT:
        raise InvalidRequest(f"outcomes: there are {len(items)}, allowed: 1 to {ITEM_LIMIT} per request")
    if header_key is not None and len(items) > 1:
        raise InvalidOutcome(KEY_HEADER, "it goes with a single outcome; give each of several its idempotency_key")
