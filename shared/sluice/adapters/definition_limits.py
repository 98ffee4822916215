"""What one commit of definitions may hold: DynamoDB's limits with room to spare, kept by every store alike.

An item of DynamoDB holds 400 KB, a transaction 100 items and 4 MB. A definition is two items of a transaction (its
newest revision, and that revision in its history).
"""

from collections.abc import Sequence

from sluice.adapters.json_text import to_json_text
from sluice.errors import Conflict
from sluice.experiments.ports import Definition, StoredSnapshot

DEFINITIONS_PER_COMMIT = 40
DEFINITION_LIMIT_BYTES = 350 * 1024
SNAPSHOT_LIMIT_BYTES = 380 * 1024
COMMIT_LIMIT_BYTES = 3_900 * 1024

ITEMS_PER_DEFINITION = 2


def check_commit(definitions: Sequence[Definition], snapshot: StoredSnapshot | None) -> None:
    """Raise Conflict, which tells size and limit, for what is too large, ValueError for what no caller should ask."""
    if len(definitions) > DEFINITIONS_PER_COMMIT:
        raise ValueError(f"{len(definitions)} definitions in one commit, allowed: {DEFINITIONS_PER_COMMIT}")
    names = [(each.kind, each.key) for each in definitions]
    if len(set(names)) != len(names):
        raise ValueError("a definition stands twice in one commit, allowed: one revision of each")
    total_bytes = 0
    for each in definitions:
        size_bytes = _size_bytes(each)
        _refuse(f"{each.kind} {each.key!r}", size_bytes, DEFINITION_LIMIT_BYTES)
        total_bytes += ITEMS_PER_DEFINITION * size_bytes
    if snapshot:
        _refuse(f"snapshot {snapshot.subject!r}", len(snapshot.content), SNAPSHOT_LIMIT_BYTES)
        total_bytes += len(snapshot.content)
    _refuse(f"a change of {len(definitions)} definitions", total_bytes, COMMIT_LIMIT_BYTES)


def _size_bytes(definition: Definition) -> int:
    note = definition.note
    texts = (to_json_text(definition.document), note.by, note.why, note.move)
    return sum(len(text.encode()) for text in texts)


def _refuse(subject: str, size_bytes: int, limit_bytes: int) -> None:
    if size_bytes > limit_bytes:
        raise Conflict(f"{subject} is {size_bytes} bytes as stored, the limit is {limit_bytes}")
