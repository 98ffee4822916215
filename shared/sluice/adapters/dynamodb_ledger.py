"""The ledger on one DynamoDB table: an entry and the head that it leads to are one transaction.

Layout (`pk`, `sk`):

    chain#NAME    SEQ     an entry, its number padded to ten digits
    head          NAME    where the chain ends
"""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.transactions import TransactWrite

from sluice.adapters.dynamodb_binding import KeyedItem, numbered
from sluice.adapters.dynamodb_table import ItemTable
from sluice.errors import LedgerBroken, LedgerMoved
from sluice.governance.ledger import EMPTY, Head, LedgerEntry, next_entry

_HEAD = "head"
_TRIES = 12
_LONGEST_WAIT_SECONDS = 1.0
_ENTRY_ONLY = [0]  # of the transaction, the head is as it was read


class LedgerItem(KeyedItem):
    """An entry (`content`, `previous_hash`, `entry_hash`), or a head (`seq`, `entry_hash`)."""

    content = UnicodeAttribute(null=True)
    previous_hash = UnicodeAttribute(null=True)
    entry_hash = UnicodeAttribute(null=True)
    seq = NumberAttribute(null=True)


class DynamoLedger:
    """`governance.ports.Ledger` over that table. Its threads take turns, so that only processes race."""

    def __init__(self, table_name: str, *, region: str | None, endpoint_url: str | None = None) -> None:
        self._turn = Lock()
        self._table = ItemTable(LedgerItem, table_name, region=region, endpoint_url=endpoint_url)

    def append(self, chain: str, record: Mapping[str, Any]) -> LedgerEntry:
        """See the port."""
        for attempt in range(_TRIES):
            with self._turn:
                head = self.head(chain)
                entry = next_entry(chain, head, record)
                refused = self._write(entry, head)
            if not refused:
                return entry
            if refused == _ENTRY_ONLY:
                raise LedgerBroken(chain, entry.seq)
            limit_seconds = min(_LONGEST_WAIT_SECONDS, 0.01 * 2**attempt)
            time.sleep(random.uniform(0, limit_seconds))  # noqa: S311 - spreads rivals, guards nothing
        raise LedgerMoved(chain)

    def head(self, chain: str) -> Head:
        """See the port."""
        item = self._table.find(_HEAD, chain)
        with self._table.failures():
            return Head(int(item.seq), str(item.entry_hash)) if item else EMPTY

    def last(self, chain: str) -> LedgerEntry | None:
        """See the port."""
        return next(self.newest_first(chain), None)

    def entries(self, chain: str, *, after_seq: int = 0) -> Iterator[LedgerEntry]:
        """See the port."""
        return self._read(chain, self._table.item.sk > numbered("", after_seq))

    def newest_first(self, chain: str) -> Iterator[LedgerEntry]:
        """See the port."""
        return self._read(chain, None, forward=False)

    def chains(self) -> Sequence[str]:
        """See the port."""
        return [item.sk for item in self._table.list(_HEAD)]

    def _write(self, entry: LedgerEntry, head: Head) -> Sequence[int]:
        items = self._table.item
        as_read = items.pk.does_not_exist() if head == EMPTY else _is(items, head)

        def fill(transaction: TransactWrite) -> None:
            transaction.save(_to_item(items, entry), items.pk.does_not_exist())
            transaction.save(items(_HEAD, entry.chain, seq=entry.seq, entry_hash=entry.entry_hash), as_read)

        return self._table.refused(fill)

    def _read(self, chain: str, condition: Any, *, forward: bool = True) -> Iterator[LedgerEntry]:
        with self._table.failures():
            found = self._table.item.query(
                _partition(chain), condition, consistent_read=True, scan_index_forward=forward
            )
            for item in found:
                yield _from_item(item, chain)


def _is(items: type[LedgerItem], head: Head) -> Any:
    return (items.seq == head.seq) & (items.entry_hash == head.entry_hash)


def _partition(chain: str) -> str:
    return f"chain#{chain}"


def _to_item(items: type[LedgerItem], entry: LedgerEntry) -> LedgerItem:
    return items(
        _partition(entry.chain),
        numbered("", entry.seq),
        content=entry.content.decode(),
        previous_hash=entry.previous_hash,
        entry_hash=entry.entry_hash,
    )


def _from_item(item: LedgerItem, chain: str) -> LedgerEntry:
    """The inverse for an item that is as it was written; of any other, an entry that no check can take for sound."""
    seq = int(item.sk) if item.sk.isascii() and item.sk.isdecimal() else 0
    content = (item.content or "").encode()
    return LedgerEntry(chain, seq, content, item.previous_hash or "", item.entry_hash or "")
