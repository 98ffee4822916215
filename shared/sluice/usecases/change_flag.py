"""A change of one flag: the flag and the snapshot of all flags that it leads to, in one write.

The snapshot's number is read before the flags, so the condition on it covers all that the snapshot was made of, and
what flags must be together: whoever changes another one meanwhile makes this write void, and everything is looked at
again. The flag itself must not have moved; then it is for whoever asked to look again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sluice.clock import Clock
from sluice.errors import Conflict, DefinitionChanged
from sluice.experiments.flag import Flag
from sluice.experiments.flag_revision import FlagRevision, flag_definition, flag_revision
from sluice.experiments.flag_set import check_flags
from sluice.experiments.flag_snapshot import FLAGS, encode_flag_snapshot
from sluice.experiments.ports import DefinitionStore, Kind
from sluice.usecases.definition_change import Change

_TRIES = 5

Decide = Callable[[FlagRevision | None, Mapping[str, Flag]], Flag]
"""(the flag's newest revision, all flags by key) → the flag as it is to be. May raise; then nothing is written."""


@dataclass(frozen=True, slots=True)
class FlagChange:
    """The flag as it then is. `before` is what it was, None if there was none; the same revision if nothing changed."""

    revision: FlagRevision
    before: FlagRevision | None

    @property
    def is_change(self) -> bool:
        """Whether anything was written."""
        return self.revision is not self.before


def change_flag(
    key: str, move: str, decide: Decide, *, change: Change, definitions: DefinitionStore, clock: Clock
) -> FlagChange:
    """Carry out `move`, which `decide` works out or refuses.

    Raises InvalidDefinition for a flag that does not go with the others, DefinitionChanged, Conflict where others were
    faster too often or the snapshot would be too large, and what `decide` raises; nothing is written then.
    """
    seen: int | None = change.expected_revision
    for _ in range(_TRIES):
        snapshot = definitions.find_snapshot(FLAGS)
        revisions = {each.key: flag_revision(each) for each in definitions.list_all(Kind.FLAG)}
        before = revisions.get(key)
        revision = before.flag.revision if before else 0
        if seen not in (None, revision):
            raise DefinitionChanged(Kind.FLAG, key)
        seen = revision
        flags = {each: it.flag for each, it in revisions.items()}
        wanted = decide(before, flags)
        if before is not None and wanted is before.flag:
            return FlagChange(before, before)
        after = FlagRevision(wanted, change.note(move, clock.now()))
        if _commit(after, flags, number=snapshot.number + 1 if snapshot else 1, definitions=definitions):
            return FlagChange(after, before)
    raise Conflict(f"flag {key!r}: other flags changed {_TRIES} times meanwhile; try again")


def _commit(after: FlagRevision, flags: Mapping[str, Flag], *, number: int, definitions: DefinitionStore) -> bool:
    """Whether it was written; if not, another flag was."""
    live = {each.key: each for each in (*flags.values(), after.flag) if not each.is_archived}
    if after.flag.is_archived:
        live.pop(after.flag.key, None)
    check_flags(live)
    snapshot = encode_flag_snapshot(live.values(), unit_hash_key=definitions.unit_hash_key(), number=number)
    try:
        definitions.commit([flag_definition(after.flag, after.note)], snapshot)
    except DefinitionChanged as error:
        if (error.kind, error.key) == (Kind.FLAG, after.flag.key):
            raise
        return False
    return True
