"""The reading half of the registry on one DynamoDB table."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sluice.adapters.dynamodb_binding import numbered
from sluice.adapters.dynamodb_items import BINDING, EVENT, MODELS, RELEASE, VERSION, RegistryItem, partition
from sluice.adapters.dynamodb_mapping import (
    from_approval_item,
    from_binding_item,
    from_event_item,
    from_model_item,
    from_release_item,
    from_version_item,
)
from sluice.adapters.dynamodb_table import RegistryTable
from sluice.catalog.approval import Approval, HistoryEvent
from sluice.catalog.model import Model
from sluice.catalog.model_version import ModelVersion
from sluice.catalog.release import Release, ReleaseBinding

_Value = TypeVar("_Value")


class DynamoRegistryReader:
    """The `find_`, `list_` and `latest_` methods of `catalog.ports.Registry`."""

    def __init__(self, table: RegistryTable) -> None:
        self._table = table

    def find_model(self, name: str) -> Model | None:
        """See the port."""
        return self._one(self._table.find(MODELS, name), from_model_item)

    def list_models(self) -> Sequence[Model]:
        """See the port."""
        return self._each(self._table.list(MODELS), from_model_item)

    def find_version(self, model: str, number: int) -> ModelVersion | None:
        """See the port."""
        return self._one(self._table.find(partition(model), numbered(VERSION, number)), from_version_item)

    def list_versions(self, model: str) -> Sequence[ModelVersion]:
        """See the port."""
        return self._each(self._table.list(partition(model), VERSION), from_version_item)

    def newest_approvals(self, model: str, *, limit: int, before: int | None = None) -> Sequence[tuple[int, Approval]]:
        """See the port."""
        last = None if before is None else numbered(VERSION, before - 1)
        newest = self._table.newest(partition(model), VERSION, limit=limit, up_to=last, only=("sk", "approval"))
        return self._each(newest, from_approval_item)

    def latest_version_number(self, model: str) -> int:
        """See the port."""
        newest = self._table.last(partition(model), VERSION)
        return 0 if newest is None else int(newest.sk.removeprefix(VERSION))

    def list_history(self, model: str) -> Sequence[HistoryEvent]:
        """See the port."""
        return self._each(self._table.list(partition(model), EVENT), from_event_item)

    def latest_release(self, model: str) -> Release | None:
        """See the port."""
        return self._one(self._table.last(partition(model), RELEASE), from_release_item)

    def find_release(self, model: str, number: int) -> Release | None:
        """See the port."""
        return self._one(self._table.find(partition(model), numbered(RELEASE, number)), from_release_item)

    def list_releases(self, model: str) -> Sequence[Release]:
        """See the port."""
        return self._each(self._table.list(partition(model), RELEASE), from_release_item)

    def find_binding(self, model: str, function_version: str) -> ReleaseBinding | None:
        """See the port."""
        # No function version that carries a release has any other name than a number.
        if not function_version.isdecimal():
            return None
        return self._one(self._table.find(partition(model), numbered(BINDING, function_version)), from_binding_item)

    def list_bindings(self, model: str) -> Sequence[ReleaseBinding]:
        """See the port."""
        return self._each(self._table.list(partition(model), BINDING), from_binding_item)

    def _one(self, item: RegistryItem | None, read: Callable[[RegistryItem], _Value]) -> _Value | None:
        with self._table.failures():
            return None if item is None else read(item)

    def _each(self, items: Sequence[RegistryItem], read: Callable[[RegistryItem], _Value]) -> list[_Value]:
        with self._table.failures():
            return [read(item) for item in items]
