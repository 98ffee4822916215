"""A store of definitions that reads and keeps nothing: whoever writes to it learns what stands against it."""

from collections.abc import Sequence

from sluice.experiments.ports import Definition, DefinitionStore, Kind, StoredSnapshot

_NO_SECRET = bytes(32)


class DryRun:
    """`experiments.ports.DefinitionStore`, whose commits are forgotten; their conditions are not asked either."""

    def __init__(self, definitions: DefinitionStore) -> None:
        self._definitions = definitions

    def find_snapshot(self, subject: str) -> StoredSnapshot | None:
        """See the port."""
        return self._definitions.find_snapshot(subject)

    def find(self, kind: Kind, key: str) -> Definition | None:
        """See the port."""
        return self._definitions.find(kind, key)

    def list_all(self, kind: Kind) -> Sequence[Definition]:
        """See the port."""
        return self._definitions.list_all(kind)

    def history(self, kind: Kind, key: str) -> Sequence[Definition]:
        """See the port."""
        return self._definitions.history(kind, key)

    def commit(self, definitions: Sequence[Definition], snapshot: StoredSnapshot | None = None) -> None:
        """Do nothing."""

    def unit_hash_key(self) -> bytes:
        """No secret: asking for the real one could make it, and nothing that is made with this is kept."""
        return _NO_SECRET
