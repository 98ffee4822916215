"""Rollouts on one DynamoDB table: a state, who is open and what is in quarantine change in one transaction.

Layout (`pk`, `sk`):

    rollout#MODEL    ID        a rollout
    open             MODEL     the id of the model's open rollout
    quarantine       DIGEST    the id of the rollout that rolled the artefact back
    task-token       MODEL     what wakes the model's controller
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.transactions import TransactWrite

from sluice.adapters.dynamodb_binding import DOCUMENT_FORMAT, KeyedItem, checked_document
from sluice.adapters.dynamodb_table import ItemTable
from sluice.adapters.json_text import to_json_text
from sluice.errors import ArtefactQuarantined, InvalidDefinition, RolloutChanged
from sluice.rollouts.state import Phase, RolloutState
from sluice.rollouts.state_document import state_from_document, state_to_document

_OPEN = "open"
_QUARANTINE = "quarantine"
_TASK_TOKEN = "task-token"  # noqa: S105 - a kind of item


class RolloutItem(KeyedItem):
    """A rollout (`document`, and what writes are conditional on), or a pointer to one (`rollout_id`), or a token."""

    revision = NumberAttribute(null=True)
    epoch = NumberAttribute(null=True)
    document = UnicodeAttribute(null=True)
    document_format = NumberAttribute(default=DOCUMENT_FORMAT)
    rollout_id = UnicodeAttribute(null=True)
    task_token = UnicodeAttribute(null=True)


class DynamoRollouts:
    """`rollouts.ports.RolloutStore` over that table."""

    def __init__(self, table_name: str, *, region: str | None, endpoint_url: str | None = None) -> None:
        self._table = ItemTable(RolloutItem, table_name, region=region, endpoint_url=endpoint_url)

    def open(self, state: RolloutState) -> None:
        """See the port."""
        items = self._table.item

        def fill(transaction: TransactWrite) -> None:
            absent = items.pk.does_not_exist()
            transaction.condition_check(items, _QUARANTINE, state.artefact_digest, condition=absent)
            transaction.save(self._pointer(_OPEN, state.model, state), absent)
            transaction.save(self._item(state), absent)

        refused = self._table.refused(fill)
        if refused and (rolled_back := self.quarantined_by(state.artefact_digest)):
            raise ArtefactQuarantined(state.model, state.artefact_digest, rolled_back)
        if refused:
            raise _changed(state)

    def find(self, model: str, rollout_id: str) -> RolloutState | None:
        """See the port."""
        item = self._table.find(_partition(model), rollout_id)
        return self._read(item) if item else None

    def find_open(self, model: str) -> RolloutState | None:
        """See the port."""
        pointer = self._table.find(_OPEN, model)
        return self.find(model, pointer.rollout_id) if pointer else None

    def list_rollouts(self, model: str) -> Sequence[RolloutState]:
        """See the port."""
        found = [self._read(item) for item in self._table.list(_partition(model))]
        return sorted(found, key=lambda it: (it.started_at, it.rollout_id), reverse=True)

    def list_open(self) -> Sequence[RolloutState]:
        """See the port."""
        found = (self.find(pointer.sk, pointer.rollout_id) for pointer in self._table.list(_OPEN))
        return [state for state in found if state and not state.is_closed]

    def save(self, state: RolloutState) -> RolloutState:
        """See the port."""
        is_open = self._table.item.rollout_id == state.rollout_id

        def keep_open(transaction: TransactWrite) -> None:
            if state.is_closed:
                transaction.delete(self._pointer(_OPEN, state.model, state), condition=is_open)
            else:
                transaction.condition_check(self._table.item, _OPEN, state.model, condition=is_open)

        return self._save(state, keep_open)

    def reopen(self, state: RolloutState) -> RolloutState:
        """See the port."""

        def open_again(transaction: TransactWrite) -> None:
            pointer = self._pointer(_OPEN, state.model, state)
            transaction.save(pointer, self._table.item.pk.does_not_exist())

        return self._save(state, open_again)

    def quarantined_by(self, digest: str) -> str | None:
        """See the port."""
        pointer = self._table.find(_QUARANTINE, digest)
        return str(pointer.rollout_id) if pointer else None

    def release_from_quarantine(self, digest: str) -> None:
        """See the port."""
        with self._table.failures():
            self._table.item(_QUARANTINE, digest).delete()

    def keep_task_token(self, model: str, task_token: str) -> None:
        """See the port."""
        with self._table.failures():
            self._table.item(_TASK_TOKEN, model, task_token=task_token).save()

    def find_task_token(self, model: str) -> str | None:
        """See the port."""
        item = self._table.find(_TASK_TOKEN, model)
        return str(item.task_token) if item else None

    def _save(self, state: RolloutState, point: Callable[[TransactWrite], None]) -> RolloutState:
        saved = replace(state, revision=state.revision + 1)
        items = self._table.item
        as_read = (items.revision == state.revision) & (items.epoch <= state.epoch)

        def fill(transaction: TransactWrite) -> None:
            transaction.save(self._item(saved), as_read)
            point(transaction)
            if saved.phase is Phase.ROLLED_BACK:
                transaction.save(self._pointer(_QUARANTINE, state.artefact_digest, state))

        if self._table.refused(fill):
            raise _changed(state)
        return saved

    def _item(self, state: RolloutState) -> RolloutItem:
        document = to_json_text(state_to_document(state))
        facts: dict[str, Any] = {"revision": state.revision, "epoch": state.epoch, "document": document}
        return self._table.item(_partition(state.model), state.rollout_id, **facts)

    def _pointer(self, kind: str, key: str, state: RolloutState) -> RolloutItem:
        return self._table.item(kind, key, rollout_id=state.rollout_id)

    def _read(self, item: RolloutItem) -> RolloutState:
        with self._table.failures():
            try:
                return state_from_document(checked_document(item.document, item.document_format))
            except InvalidDefinition as error:
                raise ValueError(str(error)) from error


def _partition(model: str) -> str:
    return f"rollout#{model}"


def _changed(state: RolloutState) -> RolloutChanged:
    return RolloutChanged(state.model, state.rollout_id)
