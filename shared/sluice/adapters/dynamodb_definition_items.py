"""Definitions and snapshots to items and back, side by side; `definition_layout.py` has the keys."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from sluice.adapters.definition_layout import REVISION, SETTINGS, SNAPSHOT, UNIT_HASH_KEY, history_partition
from sluice.adapters.dynamodb_binding import DOCUMENT_FORMAT, KeyedItem, checked_document, numbered
from sluice.adapters.json_text import from_json_text, to_json_text
from sluice.experiments.ports import ChangeNote, Definition, Kind, StoredSnapshot

SECRET_BYTES = 32


class DefinitionItem(KeyedItem):
    """A revision (`document`, `note`), a snapshot (`digest`, `content`) or a setting (`content`).

    `revision` is what writes are conditional on; of a snapshot it is the number.
    """

    revision = NumberAttribute(null=True)
    document = UnicodeAttribute(null=True)
    document_format = NumberAttribute(default=DOCUMENT_FORMAT)
    note = UnicodeAttribute(null=True)
    digest = UnicodeAttribute(null=True)
    content = BinaryAttribute(legacy_encoding=False, null=True)


Items = type[DefinitionItem]


def to_newest_item(items: Items, definition: Definition) -> DefinitionItem:
    """The item that the next revision replaces."""
    return items(definition.kind.value, definition.key, **_revision(definition))


def to_history_item(items: Items, definition: Definition) -> DefinitionItem:
    """The item that stays."""
    partition = history_partition(definition.kind, definition.key)
    return items(partition, numbered(REVISION, definition.revision), **_revision(definition))


def from_definition_item(item: DefinitionItem, kind: Kind, key: str) -> Definition:
    """The inverse of both."""
    document = checked_document(item.document, item.document_format)
    return Definition(kind, key, int(item.revision), document, _note(item.note))


def to_snapshot_item(items: Items, snapshot: StoredSnapshot) -> DefinitionItem:
    """The item that the next snapshot of its subject replaces."""
    facts: dict[str, Any] = {"revision": snapshot.number, "digest": snapshot.digest, "content": snapshot.content}
    return items(SNAPSHOT, snapshot.subject, **facts)


def from_snapshot_item(item: DefinitionItem) -> StoredSnapshot:
    """The inverse of `to_snapshot_item`."""
    if not item.digest or item.content is None:
        raise ValueError("a snapshot without digest or content")
    return StoredSnapshot(item.sk, int(item.revision), item.digest, item.content)


def to_secret_item(items: Items, secret: bytes) -> DefinitionItem:
    """The item that is written once."""
    return items(SETTINGS, UNIT_HASH_KEY, content=secret)


def from_secret_item(item: DefinitionItem) -> bytes:
    """The inverse of `to_secret_item`."""
    if len(item.content) != SECRET_BYTES:
        raise ValueError(f"a secret of {len(item.content)} bytes, must be {SECRET_BYTES}")
    return item.content


def _revision(definition: Definition) -> dict[str, Any]:
    note = {**asdict(definition.note), "at": definition.note.at.isoformat()}
    document = to_json_text(definition.document)
    return {"revision": definition.revision, "document": document, "note": to_json_text(note)}


def _note(text: str) -> ChangeNote:
    note = from_json_text(text)
    return ChangeNote(**{**note, "at": datetime.fromisoformat(note["at"])})
