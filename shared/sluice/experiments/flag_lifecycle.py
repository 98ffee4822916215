"""The moves of a flag's life. A flag serves from its definition on; its key and its type are for ever.

| move | from | what changes |
|---|---|---|
| define | nothing | the flag is there, and on |
| define | on or off | anything that is written, but the key and the type |
| disable, enable | on, off | the kill switch, which defining does not touch: nobody puts it back by applying a file |
| archive | on or off, needed by no other flag | it is gone for clients, and its key is spent |

Each gives the next revision, or the same flag if nothing changes, or raises MoveRefused with the reason.
"""

from collections.abc import Collection
from dataclasses import replace

import orjson

from sluice.errors import MoveRefused
from sluice.experiments.flag import Flag
from sluice.experiments.flag_document import written_part


def create(wanted: Flag) -> Flag:
    """The first revision."""
    return replace(wanted, enabled=True, is_archived=False, revision=1)


def edit(present: Flag, wanted: Flag) -> Flag:
    """The flag as it is to be written now; on or off as it is."""
    _refuse_archived(present, "define again")
    if wanted.value_type is not present.value_type:
        why = f"clients read it as {present.value_type}, and {wanted.value_type} is another type; take another key"
        raise MoveRefused(present.subject, "define again", why)
    if _as_json(wanted) == _as_json(present):
        return present
    return replace(wanted, enabled=present.enabled, is_archived=False, revision=present.revision + 1)


def switch(present: Flag, *, enabled: bool) -> Flag:
    """On or off, for everybody."""
    _refuse_archived(present, "enable" if enabled else "disable")
    return present if present.enabled is enabled else _next(present, enabled=enabled)


def archive(present: Flag, *, needed_by: Collection[str]) -> Flag:
    """Out of the way; `needed_by` are the flags that have it as a prerequisite."""
    if needed_by:
        raise MoveRefused(present.subject, "archive", f"it is a prerequisite of {', '.join(needed_by)}")
    return present if present.is_archived else _next(present, is_archived=True)


def _as_json(flag: Flag) -> bytes:
    """To Python, true is 1 and 1 is 1.0; to clients they are not."""
    return orjson.dumps(written_part(flag), option=orjson.OPT_SORT_KEYS)


def _next(present: Flag, **changes: bool) -> Flag:
    return replace(present, revision=present.revision + 1, **changes)  # type: ignore[arg-type]


def _refuse_archived(present: Flag, move: str) -> None:
    if present.is_archived:
        raise MoveRefused(present.subject, move, "it is archived; take another key")
