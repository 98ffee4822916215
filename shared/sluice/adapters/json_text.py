"""Documents as the JSON text that stores keep."""

import json
from collections.abc import Mapping
from typing import Any


def to_json_text(document: Mapping[str, Any]) -> str:
    """Compact, members in their order. Raises TypeError or ValueError for what JSON cannot hold."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def from_json_text(text: str) -> Any:
    """The inverse. Raises TypeError or ValueError for what is no JSON text."""
    return json.loads(text)
