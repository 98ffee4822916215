"""What comes with every change of a definition: who, why, and the revision that they have seen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sluice.errors import DefinitionChanged
from sluice.experiments.ports import ChangeNote, Kind
from sluice.usecases.who_and_why import check_who_and_why


class Written(StrEnum):
    """What defining something did."""

    CREATED = "created"
    EDITED = "edited"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """Raises InvalidRequest without a name or a reason.

    With `expected_revision` the change is refused unless that is the stored revision; 0 means that there is none.
    """

    by: str
    why: str
    expected_revision: int | None = None

    def __post_init__(self) -> None:
        check_who_and_why(self.by, self.why)

    def note(self, move: str, at: datetime) -> ChangeNote:
        """As the store keeps it."""
        return ChangeNote(self.by, at, self.why, move)

    def refuse_other(self, kind: Kind, key: str, revision: int) -> None:
        """Raise DefinitionChanged if the stored `revision` is not the expected one."""
        if self.expected_revision not in (None, revision):
            raise DefinitionChanged(kind, key)
