"""Domain values to registry items and back, side by side."""

from typing import Any

from sluice.adapters.dynamodb_binding import checked_document, numbered
from sluice.adapters.dynamodb_items import (
    BINDING,
    MODELS,
    RELEASE,
    VERSION,
    RegistryItem,
    event_key,
    partition,
)
from sluice.adapters.json_text import from_json_text, to_json_text
from sluice.catalog.approval import Approval, HistoryEvent
from sluice.catalog.document_parts import model_from_document, model_to_document
from sluice.catalog.model import Model
from sluice.catalog.model_version import ModelVersion
from sluice.catalog.registry_documents import (
    binding_from_document,
    binding_to_document,
    event_from_document,
    event_to_document,
    release_from_document,
    release_to_document,
)
from sluice.catalog.release import Release, ReleaseBinding
from sluice.catalog.version_document import (
    approval_from_document,
    approval_to_document,
    version_from_document,
    version_to_document,
)

Items = type[RegistryItem]


def to_model_item(items: Items, model: Model) -> RegistryItem:
    """The model's item in the partition of all models."""
    return items(MODELS, model.name, document=to_json_text(model_to_document(model)))


def from_model_item(item: RegistryItem) -> Model:
    """The inverse of `to_model_item`."""
    return model_from_document(_document(item))


def to_version_item(items: Items, version: ModelVersion) -> RegistryItem:
    """The version's item: an immutable document with the approval beside it."""
    document = to_json_text(version_to_document(version))
    key = partition(version.model), numbered(VERSION, version.number)
    return items(*key, document=document, state=version.approval.state.value, approval=to_approval(version.approval))


def from_version_item(item: RegistryItem) -> ModelVersion:
    """The inverse of `to_version_item`."""
    return version_from_document(_document(item), approval_from_document(from_json_text(item.approval)))


def from_approval_item(item: RegistryItem) -> tuple[int, Approval]:
    """Number and approval of a version's item, which may have been read without its document."""
    return int(item.sk.removeprefix(VERSION)), approval_from_document(from_json_text(item.approval))


def to_approval(approval: Approval) -> str:
    """The approval attribute of a version's item."""
    return to_json_text(approval_to_document(approval))


def to_release_item(items: Items, release: Release) -> RegistryItem:
    """The release's item in its model's partition."""
    key = partition(release.content.model.name), numbered(RELEASE, release.number)
    return items(*key, document=to_json_text(release_to_document(release)))


def from_release_item(item: RegistryItem) -> Release:
    """The inverse of `to_release_item`."""
    return release_from_document(_document(item))


def to_binding_item(items: Items, binding: ReleaseBinding) -> RegistryItem:
    """The binding's item in its model's partition."""
    key = partition(binding.model), numbered(BINDING, binding.function_version)
    return items(*key, document=to_json_text(binding_to_document(binding)))


def from_binding_item(item: RegistryItem) -> ReleaseBinding:
    """The inverse of `to_binding_item`."""
    return binding_from_document(_document(item))


def to_event_item(items: Items, event: HistoryEvent) -> RegistryItem:
    """A new item at the end of the model's history."""
    return items(partition(event.model), event_key(event.at), document=to_json_text(event_to_document(event)))


def from_event_item(item: RegistryItem) -> HistoryEvent:
    """The inverse of `to_event_item`."""
    return event_from_document(_document(item))


def _document(item: RegistryItem) -> Any:
    return checked_document(item.document, item.document_format)
