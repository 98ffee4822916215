"""What the stores of the hot path need of DynamoDB, whoever talks to it, and what its failures mean to them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Protocol, TypeVar

from sluice.adapters.aws_wire.failures import NoAnswer, Refusal
from sluice.errors import StoreUnavailable

CONDITION_FAILED: Final = "ConditionalCheckFailedException"

WITH_PROOF: Final[Mapping[str, Any]] = {"ReturnConsumedCapacity": "TOTAL"}
"""What a request says so that `proven` can judge its answer."""

_Answer = TypeVar("_Answer", bound=Mapping[str, Any])


class DynamoCalls(Protocol):
    """DynamoDB by the names of its own API; items have its own form, with binaries as bytes."""

    def call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer's members. Raises Refusal, which holds those of an error, or NoAnswer."""
        ...


def proven(answer: _Answer) -> _Answer:
    """An answer that DynamoDB gave. Raises ValueError for what else came with status 200.

    To a client, an absent item and a successful write are empty answers, and so is whatever a broken proxy says; the
    capacity that was used is what only DynamoDB tells.
    """
    if "ConsumedCapacity" not in answer:
        raise ValueError("the answer does not tell what it consumed")
    return answer


@contextmanager
def told_as_unavailable(table_name: str) -> Iterator[None]:
    """Turn whatever a call, or the reading of an item, may raise into StoreUnavailable with the table and cause."""
    try:
        yield
    except (Refusal, NoAnswer) as error:
        raise StoreUnavailable(f"table {table_name}", str(error)) from error
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise StoreUnavailable(f"table {table_name}", f"an item is not ours: {error}") from error
