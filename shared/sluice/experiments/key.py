"""Keys of definitions: they stand in URLs, in salts and in records, and never change."""

import re
from typing import Any

from sluice.errors import InvalidDefinition

_KEY = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")


def checked_key(subject: str, field: str, value: Any) -> str:
    """Lower-case letters, digits and `.`, `_`, `-` inside; 64 characters at most. Raises InvalidDefinition."""
    if type(value) is not str or not _KEY.fullmatch(value) or ".." in value:
        rule = "must be lower-case letters and digits, with . _ - between them, 64 at most"
        raise InvalidDefinition(subject, field, f"found {value!r}; it {rule}")
    return value


def checked_bps(subject: str, field: str, value: Any) -> int:
    """Basis points: 0 to 10,000. Raises InvalidDefinition."""
    if type(value) is not int or not 0 <= value <= 10_000:
        raise InvalidDefinition(subject, field, f"found {value!r}, allowed: 0 to 10000 basis points")
    return value
