"""The unit: what is randomised. Its id is checked once, where it enters; inside, it is a string."""

import hmac
import re
from functools import lru_cache
from typing import Any

from sluice.errors import InvalidUnit

DEFAULT_UNIT_TYPE = "user"

_ID_LIMIT_CHARACTERS = 256
_KEYS_REMEMBERED = 10_000
_KEY_CHARACTERS = 32
_TYPE = re.compile(r"[a-z][a-z0-9-]{0,31}")
# C0, DEL and C1: U+001F separates what is hashed, and none of them belongs into an id.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def checked_unit_id(value: Any, field: str) -> str:
    """The id as it is hashed: text as it is, integers in decimal. Raises InvalidUnit, which names `field`."""
    if type(value) is int:
        value = str(value)
    if type(value) is not str:
        raise InvalidUnit(field, f"it is a {type(value).__name__}, must be text or a whole number")
    if not 0 < len(value) <= _ID_LIMIT_CHARACTERS:
        raise InvalidUnit(field, f"it has {len(value)} characters, allowed: 1 to {_ID_LIMIT_CHARACTERS}")
    if value.isascii() and value.isprintable():
        return value
    if _CONTROL.search(value):
        raise InvalidUnit(field, "it holds a control character")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InvalidUnit(field, "it holds a lone surrogate, which is no character") from error
    return value


def checked_unit_type(value: Any, field: str) -> str:
    """What kind of thing the id names: user, account, device… Raises InvalidUnit."""
    if type(value) is not str or not _TYPE.fullmatch(value):
        raise InvalidUnit(field, "it must be lower-case letters, digits and hyphens, 32 at most, a letter first")
    return value


@lru_cache(maxsize=_KEYS_REMEMBERED)
def unit_key_of(secret: bytes, unit_type: str, unit_id: str) -> str:
    """What records and outcomes call the unit: the first 128 bits of HMAC-SHA-256, in hex.

    The same unit has the same key for as long as the secret lives; without the secret nobody gets back to the id.
    """
    message = f"{unit_type}\x1f{unit_id}".encode()
    return hmac.digest(secret, message, "sha256").hex()[:_KEY_CHARACTERS]
