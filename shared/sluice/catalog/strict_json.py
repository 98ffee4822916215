"""JSON as people write it: a key that stands twice is a mistake, not a choice of the last one."""

import json
from typing import Any


def parse_json(text: str | bytes) -> Any:
    """The document. Raises ValueError, with what is wrong; NaN and infinities are left for others to judge."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands twice")
    return document
