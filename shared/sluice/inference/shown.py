"""How a value that a client sent appears in a message: recognisable, and never long."""

from collections.abc import Iterable
from reprlib import Repr
from typing import Any

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 60
_SHORT.maxlevel = 2
_NAMES_SHOWN = 10


def shown(value: Any) -> str:
    """`repr(value)`, cut to some sixty characters."""
    return _SHORT.repr(value)


def shown_names(names: Iterable[Any]) -> str:
    """The names, sorted, quoted and joined; at most ten of them."""
    ordered = sorted(names)
    rest = f" and {len(ordered) - _NAMES_SHOWN} more" if len(ordered) > _NAMES_SHOWN else ""
    return ", ".join(map(shown, ordered[:_NAMES_SHOWN])) + rest
