"""Reading and writing the items of one table, with every write's condition."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar
from uuid import uuid4

from pynamodb.exceptions import PutError, PynamoDBException, TransactWriteError
from pynamodb.transactions import TransactWrite

from sluice.adapters.dynamodb_binding import KeyedItem, bind_items
from sluice.adapters.dynamodb_failures import told_as_unavailable
from sluice.adapters.dynamodb_items import RegistryItem
from sluice.errors import StoreUnavailable

_CONDITION_FAILED = "ConditionalCheckFailed"
_TRANSACTION_CONFLICT = "TransactionConflict"
_TRANSACTION_TRIES = 6

_Item = TypeVar("_Item", bound=KeyedItem)


class ItemTable(Generic[_Item]):
    """One table, bound once. Every method raises StoreUnavailable for what is not the caller's doing."""

    def __init__(
        self, item_class: type[_Item], table_name: str, *, region: str | None, endpoint_url: str | None = None
    ) -> None:
        self.name = table_name
        self.item, self._connection = bind_items(item_class, table_name, region=region, endpoint_url=endpoint_url)

    def create(self) -> None:
        """Create the table if it is absent, and wait for it. Deployed tables come from the template instead."""
        with self.failures():
            if not self.item.exists():
                self.item.create_table(wait=True)

    def find(self, pk: str, sk: str) -> _Item | None:
        """The item, strongly consistent, or None."""
        with self.failures():
            try:
                return self.item.get(pk, sk, consistent_read=True)
            except self.item.DoesNotExist:
                return None

    def list(self, pk: str, prefix: str | None = None) -> Sequence[_Item]:
        """Every item whose sort key starts with `prefix`, in key order, strongly consistent, page by page."""
        with self.failures():
            return tuple(self.item.query(pk, self._starts_with(prefix), consistent_read=True))

    def last(self, pk: str, prefix: str) -> _Item | None:
        """The item with the highest sort key: one item read, however many there are."""
        with self.failures():
            newest = self.item.query(
                pk, self._starts_with(prefix), consistent_read=True, scan_index_forward=False, limit=1
            )
            return next(iter(newest), None)

    def newest(
        self, pk: str, prefix: str, *, limit: int, up_to: str | None = None, only: Sequence[str] | None = None
    ) -> Sequence[_Item]:
        """At most `limit` items with the highest sort keys, `up_to` or lower, with these attributes `only`."""
        keys = self._starts_with(prefix) if up_to is None else self.item.sk.between(prefix, up_to)
        with self.failures():
            return tuple(
                self.item.query(
                    pk,
                    keys,
                    consistent_read=True,
                    scan_index_forward=False,
                    limit=limit,
                    attributes_to_get=list(only) if only else None,
                )
            )

    def put(self, item: _Item, condition: Any) -> bool:
        """Write one item; False if the condition does not hold."""
        with self.failures():
            try:
                item.save(condition)
            except PutError as error:
                if error.cause_response_code != "ConditionalCheckFailedException":
                    raise
                return False
            return True

    def write(self, fill: Callable[[TransactWrite], None]) -> bool:
        """Write all that `fill` adds, or nothing; False if one of its conditions does not hold."""
        return not self.refused(fill)

    def refused(self, fill: Callable[[TransactWrite], None]) -> Sequence[int]:
        """Write all that `fill` adds, or nothing; the positions of those whose condition does not hold.

        Two transactions that touch one item at once make DynamoDB cancel one of them before it looks at any
        condition; that one is tried again, so that it meets the condition and gets a true answer.
        """
        token = uuid4().hex  # a retry of a write that had arrived is then recognised, not refused
        for attempt in range(_TRANSACTION_TRIES):
            reasons = self._attempt(fill, token)
            refused = [position for position, reason in enumerate(reasons) if reason == _CONDITION_FAILED]
            if refused or not reasons:
                return refused
            time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - spreads rivals, guards nothing
        raise StoreUnavailable(f"table {self.name}", "other transactions held the item at every try")

    def _attempt(self, fill: Callable[[TransactWrite], None], token: str) -> Sequence[str | None]:
        """What DynamoDB holds against each item of the transaction; nothing at all if it is written."""
        with self.failures():
            try:
                with TransactWrite(connection=self._connection, client_request_token=token) as transaction:
                    fill(transaction)
            except TransactWriteError as error:
                reasons = [reason.code if reason else None for reason in error.cancellation_reasons]
                if not {_CONDITION_FAILED, _TRANSACTION_CONFLICT}.intersection(reasons):
                    raise
                return reasons
            return ()

    def _starts_with(self, prefix: str | None) -> Any:
        return self.item.sk.startswith(prefix) if prefix else None

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Turn whatever a read or write may raise into StoreUnavailable, which names the table and the cause."""
        with told_as_unavailable(self.name):
            try:
                yield
            except PynamoDBException as error:
                raise StoreUnavailable(f"table {self.name}", error.cause_response_code or str(error)) from error


class RegistryTable(ItemTable[RegistryItem]):
    """The table of the registry."""

    def __init__(self, table_name: str, *, region: str | None, endpoint_url: str | None = None) -> None:
        super().__init__(RegistryItem, table_name, region=region, endpoint_url=endpoint_url)
