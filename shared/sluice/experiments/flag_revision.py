"""Revisions of flags: the value, and who made it so; to the store and back."""

from dataclasses import dataclass

from sluice.errors import InvalidDefinition, StoreUnavailable
from sluice.experiments.flag import Flag
from sluice.experiments.flag_document import flag_from_document, flag_to_document
from sluice.experiments.ports import ChangeNote, Definition, Kind


@dataclass(frozen=True, slots=True)
class FlagRevision:
    """A flag as one change left it."""

    flag: Flag
    note: ChangeNote


def flag_definition(flag: Flag, note: ChangeNote) -> Definition:
    """What a store keeps."""
    return Definition(Kind.FLAG, flag.key, flag.revision, flag_to_document(flag), note)


def flag_revision(stored: Definition) -> FlagRevision:
    """The inverse. Raises StoreUnavailable for a document that is not ours."""
    try:
        return FlagRevision(flag_from_document(stored.document), stored.note)
    except InvalidDefinition as error:
        why = f"revision {stored.revision} cannot be read: {error}"
        raise StoreUnavailable(f"flag {stored.key!r}", why) from error
