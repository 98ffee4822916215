"""The sentences in which a document's problems are told: the field, what was found, what is allowed."""

import json
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

_SHOWN_CHARACTERS = 60


def problem(field: str, found: Any, allowed: str) -> str:
    """The shape of every message about a field."""
    return f"{field}: {found_and_allowed(found, allowed)}"


def found_and_allowed(found: Any, allowed: str) -> str:
    """What breaks a rule, cut if it is long, and the rule."""
    return f"found {_shown(found)}, allowed: {allowed}"


def no_such_field(name: str, known: Sequence[str]) -> str:
    """What somebody is told who may have meant another field."""
    close = get_close_matches(name, known, n=1)
    meant = f"did you mean {close[0]}?" if close else f"allowed: {', '.join(known)}"
    return f"there is no such field, {meant}"


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str | float) else json.dumps(value, default=str)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
