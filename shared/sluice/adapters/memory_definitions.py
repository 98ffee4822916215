"""Definitions in this process's memory: the same conditions as the table's, under one lock."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from secrets import token_bytes
from threading import Lock

from sluice.adapters.definition_limits import check_commit
from sluice.adapters.json_text import from_json_text, to_json_text
from sluice.errors import DefinitionChanged
from sluice.experiments.ports import Definition, Kind, StoredSnapshot

_SECRET_BYTES = 32


class MemoryDefinitions:
    """`experiments.ports.DefinitionStore` for tests and demonstrations; nothing survives the process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._revisions: defaultdict[tuple[Kind, str], list[Definition]] = defaultdict(list)
        self._snapshots: dict[str, StoredSnapshot] = {}
        self._secret = token_bytes(_SECRET_BYTES)

    def find_snapshot(self, subject: str) -> StoredSnapshot | None:
        """See the port."""
        return self._snapshots.get(subject)

    def find(self, kind: Kind, key: str) -> Definition | None:
        """See the port."""
        revisions = self._revisions.get((kind, key))
        return _copied(revisions[-1]) if revisions else None

    def list_all(self, kind: Kind) -> Sequence[Definition]:
        """See the port."""
        with self._lock:
            newest = [each[-1] for (its_kind, _), each in self._revisions.items() if its_kind is kind]
        return [_copied(each) for each in sorted(newest, key=lambda it: it.key)]

    def history(self, kind: Kind, key: str) -> Sequence[Definition]:
        """See the port."""
        with self._lock:
            return [_copied(each) for each in self._revisions.get((kind, key), ())]

    def commit(self, definitions: Sequence[Definition], snapshot: StoredSnapshot | None = None) -> None:
        """See the port. Raises Conflict for what is too large, as the table would be."""
        check_commit(definitions, snapshot)
        copies = [_copied(each) for each in definitions]
        with self._lock:
            self._refuse_moved(copies, snapshot)
            for each in copies:
                self._revisions[each.kind, each.key].append(each)
            if snapshot:
                self._snapshots[snapshot.subject] = snapshot

    def unit_hash_key(self) -> bytes:
        """See the port."""
        return self._secret

    def _refuse_moved(self, definitions: Sequence[Definition], snapshot: StoredSnapshot | None) -> None:
        for each in definitions:
            if each.revision != len(self._revisions.get((each.kind, each.key), ())) + 1:
                raise DefinitionChanged(each.kind, each.key)
        if snapshot:
            stored = self._snapshots.get(snapshot.subject)
            if snapshot.number != (stored.number if stored else 0) + 1:
                raise DefinitionChanged("snapshot", snapshot.subject)


def _copied(definition: Definition) -> Definition:
    """The definition with a document of its own, as it comes back from JSON: no caller can change what is stored."""
    return replace(definition, document=from_json_text(to_json_text(definition.document)))
