"""Definitions on one DynamoDB table: a change, its history and the snapshot it leads to are one transaction."""

from collections.abc import Sequence
from secrets import token_bytes

from pynamodb.transactions import TransactWrite

from sluice.adapters.definition_layout import REVISION, SETTINGS, SNAPSHOT, UNIT_HASH_KEY, history_partition
from sluice.adapters.definition_limits import ITEMS_PER_DEFINITION, check_commit
from sluice.adapters.dynamodb_definition_items import (
    SECRET_BYTES,
    DefinitionItem,
    from_definition_item,
    from_secret_item,
    from_snapshot_item,
    to_history_item,
    to_newest_item,
    to_secret_item,
    to_snapshot_item,
)
from sluice.adapters.dynamodb_table import ItemTable
from sluice.errors import DefinitionChanged, StoreUnavailable
from sluice.experiments.ports import Definition, Kind, StoredSnapshot

_KEY_LIMIT_BYTES = 1_000


class DynamoDefinitions:
    """`experiments.ports.DefinitionStore` over the table that `definition_layout.py` describes."""

    def __init__(self, table_name: str, *, region: str | None, endpoint_url: str | None = None) -> None:
        self._table = ItemTable(DefinitionItem, table_name, region=region, endpoint_url=endpoint_url)

    def find_snapshot(self, subject: str) -> StoredSnapshot | None:
        """See the port."""
        item = self._table.find(SNAPSHOT, subject)
        with self._table.failures():
            return from_snapshot_item(item) if item else None

    def find(self, kind: Kind, key: str) -> Definition | None:
        """See the port."""
        item = self._table.find(kind.value, key) if _can_be_stored(key) else None
        with self._table.failures():
            return from_definition_item(item, kind, key) if item else None

    def list_all(self, kind: Kind) -> Sequence[Definition]:
        """See the port."""
        items = self._table.list(kind.value)
        with self._table.failures():
            return [from_definition_item(item, kind, item.sk) for item in items]

    def history(self, kind: Kind, key: str) -> Sequence[Definition]:
        """See the port."""
        items = self._table.list(history_partition(kind, key), REVISION) if _can_be_stored(key) else ()
        with self._table.failures():
            return [from_definition_item(item, kind, key) for item in items]

    def commit(self, definitions: Sequence[Definition], snapshot: StoredSnapshot | None = None) -> None:
        """See the port. Raises Conflict for what is too large; nothing is ever split."""
        check_commit(definitions, snapshot)
        if not definitions and not snapshot:
            return

        def fill(transaction: TransactWrite) -> None:
            for each in definitions:
                self._add(transaction, to_newest_item(self._table.item, each))
                self._add(transaction, to_history_item(self._table.item, each), is_new=True)
            if snapshot:
                self._add(transaction, to_snapshot_item(self._table.item, snapshot))

        if refused := self._table.refused(fill):
            raise _moved(refused[0], definitions, snapshot)

    def unit_hash_key(self) -> bytes:
        """See the port. Whoever loses the race to write it adopts the winner's."""
        for _ in range(2):
            if item := self._table.find(SETTINGS, UNIT_HASH_KEY):
                with self._table.failures():
                    return from_secret_item(item)
            secret, never_written = token_bytes(SECRET_BYTES), self._table.item.pk.does_not_exist()
            if self._table.put(to_secret_item(self._table.item, secret), never_written):
                return secret
        raise StoreUnavailable(f"table {self._table.name}", "the unit hash key was removed while it was written")

    def _add(self, transaction: TransactWrite, item: DefinitionItem, *, is_new: bool = False) -> None:
        """Add an item that follows the stored one, or the first."""
        if is_new or item.revision == 1:
            transaction.save(item, self._table.item.pk.does_not_exist())
        else:
            transaction.save(item, self._table.item.revision == int(item.revision) - 1)


def _can_be_stored(key: str) -> bool:
    """Whether DynamoDB takes it; asked for what it does not take, it would fail where nothing is to be found."""
    return key.isascii() and 0 < len(key) <= _KEY_LIMIT_BYTES


def _moved(position: int, definitions: Sequence[Definition], snapshot: StoredSnapshot | None) -> DefinitionChanged:
    """What stands at a position of the transaction."""
    at = position // ITEMS_PER_DEFINITION
    if at < len(definitions):
        return DefinitionChanged(definitions[at].kind, definitions[at].key)
    return DefinitionChanged(SNAPSHOT, snapshot.subject if snapshot else "")
