"""Read flags: one, its history, or those that a search finds."""

from collections.abc import Sequence
from dataclasses import dataclass

from sluice.errors import UnknownDefinition
from sluice.experiments.flag import Flag
from sluice.experiments.flag_revision import FlagRevision, flag_revision
from sluice.experiments.ports import DefinitionStore, Kind


@dataclass(frozen=True, slots=True)
class FlagSearch:
    """What is given must be so; `text` stands in the key or the description. Archived flags only `with_archived`."""

    owner: str | None = None
    text: str | None = None
    enabled: bool | None = None
    with_archived: bool = False

    def finds(self, flag: Flag) -> bool:
        """Whether the flag is one of those."""
        return (
            self.owner in (None, flag.owner)
            and self.enabled in (None, flag.enabled)
            and (self.with_archived or not flag.is_archived)
            and (self.text is None or self.text.casefold() in f"{flag.key}\n{flag.description}".casefold())
        )


EVERY_FLAG = FlagSearch()


def find_flag(key: str, *, definitions: DefinitionStore) -> FlagRevision:
    """The newest revision. Raises UnknownDefinition."""
    stored = definitions.find(Kind.FLAG, key)
    if stored is None:
        raise UnknownDefinition(Kind.FLAG, key)
    return flag_revision(stored)


def list_flags(search: FlagSearch = EVERY_FLAG, *, definitions: DefinitionStore) -> Sequence[FlagRevision]:
    """The newest revision of each that the search finds, by key."""
    revisions = map(flag_revision, definitions.list_all(Kind.FLAG))
    return [each for each in revisions if search.finds(each.flag)]


def flag_history(key: str, *, definitions: DefinitionStore) -> Sequence[FlagRevision]:
    """Every revision, oldest first. Raises UnknownDefinition."""
    revisions = definitions.history(Kind.FLAG, key)
    if not revisions:
        raise UnknownDefinition(Kind.FLAG, key)
    return [flag_revision(each) for each in revisions]
