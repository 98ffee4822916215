"""The registry on one DynamoDB table: every write carries its condition and its line of history."""

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from sluice.adapters.dynamodb_binding import numbered
from sluice.adapters.dynamodb_items import BINDING, VERSION, partition
from sluice.adapters.dynamodb_mapping import (
    from_binding_item,
    to_approval,
    to_binding_item,
    to_event_item,
    to_model_item,
    to_release_item,
    to_version_item,
)
from sluice.adapters.dynamodb_registry_reader import DynamoRegistryReader
from sluice.catalog.approval import Approval, ApprovalState, HistoryEvent
from sluice.catalog.model import Model
from sluice.catalog.model_version import ModelVersion
from sluice.catalog.refusals import approval_moved, number_taken, unapproved
from sluice.catalog.release import Release, ReleaseBinding
from sluice.errors import ReleaseBindingTaken, ReleaseTaken, StoreUnavailable


class DynamoRegistry(DynamoRegistryReader):
    """`catalog.ports.Registry` over a `RegistryTable`."""

    def save_model(self, model: Model, event: HistoryEvent) -> None:
        """See the port."""
        item = to_model_item(self._table.item, model)

        def fill(transaction: TransactWrite) -> None:
            transaction.save(item)
            self._append(transaction, event)

        if not self._table.write(fill):
            raise self._moved()

    def add_version(self, version: ModelVersion, event: HistoryEvent) -> None:
        """See the port."""
        item = to_version_item(self._table.item, version)
        number_is_free = self._table.item.pk.does_not_exist()

        def fill(transaction: TransactWrite) -> None:
            transaction.save(item, number_is_free)
            self._append(transaction, event)

        if not self._table.write(fill):
            stored = self.find_version(version.model, version.number)
            raise number_taken(version, stored) if stored else self._moved()

    def change_approval(
        self, version: ModelVersion, approval: Approval, *, expected: ApprovalState, event: HistoryEvent
    ) -> None:
        """See the port."""
        items = self._table.item
        item = items(partition(version.model), numbered(VERSION, version.number))
        changes: list[Action] = [items.state.set(approval.state.value), items.approval.set(to_approval(approval))]
        state_is_as_read = items.state == expected.value

        def fill(transaction: TransactWrite) -> None:
            transaction.update(item, changes, state_is_as_read)
            self._append(transaction, event)

        if not self._table.write(fill):
            raise approval_moved(version, self.find_version(version.model, version.number), approval.state)

    def add_release(self, release: Release, event: HistoryEvent) -> None:
        """See the port."""
        item = to_release_item(self._table.item, release)
        number_is_free = self._table.item.pk.does_not_exist()
        still_approved = self._table.item.state == ApprovalState.APPROVED.value

        def fill(transaction: TransactWrite) -> None:
            transaction.save(item, number_is_free)
            for number in release.content.versions:
                key = item.pk, numbered(VERSION, number)
                transaction.condition_check(self._table.item, *key, condition=still_approved)
            self._append(transaction, event)

        if not self._table.write(fill):
            raise self._release_refusal(release)

    def bind_function_version(self, binding: ReleaseBinding) -> None:
        """See the port."""
        never_bound = self._table.item.pk.does_not_exist()
        if self._table.put(to_binding_item(self._table.item, binding), never_bound):
            return
        key = partition(binding.model), numbered(BINDING, binding.function_version)
        stored = self._one(self._table.find(*key), from_binding_item)
        if stored is None:
            raise self._moved()
        if stored.release != binding.release:
            raise ReleaseBindingTaken(binding.function_version, stored.release, binding.release)

    def _append(self, transaction: TransactWrite, event: HistoryEvent) -> None:
        never_written = self._table.item.pk.does_not_exist()
        transaction.save(to_event_item(self._table.item, event), never_written)

    def _release_refusal(self, release: Release) -> Exception:
        model = release.content.model.name
        if self.find_release(model, release.number):
            return ReleaseTaken(model, release.number)
        found = {number: self.find_version(model, number) for number in release.content.versions}
        return unapproved(model, found) or self._moved()

    def _moved(self) -> StoreUnavailable:
        return StoreUnavailable(f"table {self._table.name}", "an item changed while it was written; try again")
