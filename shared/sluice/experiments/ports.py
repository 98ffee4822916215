"""What experiments ask of the world. Every method may raise StoreUnavailable."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sluice.experiments.unit_state import Override, StoredAssignment, UnitState
from sluice.frozen import frozen


class Kind(StrEnum):
    """What can be defined."""

    EXPERIMENT = "experiment"
    NAMESPACE = "namespace"
    FLAG = "flag"


@frozen
class ChangeNote:
    """Who made a revision, when (aware UTC), why, and by which move."""

    by: str
    at: datetime
    why: str
    move: str


@frozen
class Definition:
    """One revision of one definition, as a document of JSON values."""

    kind: Kind
    key: str
    revision: int
    document: Mapping[str, Any]
    note: ChangeNote


@frozen
class StoredSnapshot:
    """What functions read: `content` is opaque here. `subject` is `model:<name>` or `flags`; numbers begin at 1."""

    subject: str
    number: int
    digest: str
    content: bytes


class SnapshotReader(Protocol):
    """What a serving function needs of definitions."""

    def find_snapshot(self, subject: str) -> StoredSnapshot | None:
        """The newest snapshot, None if there was never one."""
        ...


class DefinitionStore(SnapshotReader, Protocol):
    """Definitions with their history; every read is strongly consistent."""

    def find(self, kind: Kind, key: str) -> Definition | None:
        """The newest revision, or None."""
        ...

    def list_all(self, kind: Kind) -> Sequence[Definition]:
        """The newest revision of each, by key."""
        ...

    def history(self, kind: Kind, key: str) -> Sequence[Definition]:
        """Every revision, oldest first."""
        ...

    def commit(self, definitions: Sequence[Definition], snapshot: StoredSnapshot | None = None) -> None:
        """Write all of it or nothing; at most 40 definitions.

        Each revision must be the one after the stored revision (1: there is none), and so must the snapshot's number.
        Raises DefinitionChanged, which names what moved, and has written nothing.
        """
        ...

    def unit_hash_key(self) -> bytes:
        """The secret of `unit_key_of`: 32 random bytes, made at the first call ever and the same for ever after."""
        ...


class UnitAssignments(Protocol):
    """What a serving function needs of units: one partition per unit."""

    def load(self, unit_type: str, unit_id: str, *, now: datetime) -> UnitState:
        """All of the unit's state in one query, eventually consistent; what has expired is left out."""
        ...

    def put_if_absent(self, unit_type: str, unit_id: str, assignment: StoredAssignment) -> StoredAssignment:
        """Store it, unless there is one that has not expired; give what is stored now. One round trip either way."""
        ...


class UnitStore(UnitAssignments, Protocol):
    """The state of units."""

    def mark_crossed_over(self, unit_type: str, unit_id: str, experiment: str) -> None:
        """Mark the stored assignment, once and for ever; nothing happens where there is none."""
        ...

    def put_override(self, unit_type: str, unit_id: str, override: Override) -> None:
        """Force a variant; an older override of the same subject is replaced."""
        ...

    def remove_override(self, unit_type: str, unit_id: str, subject: str) -> bool:
        """Whether there was one."""
        ...
