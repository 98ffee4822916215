"""A request's body as records keep it: with the unit's key in the place of its id."""

import re

import orjson

_NAME = b'"sluice_unit"'
# A JSON string or number behind the name; a number is never followed by more digits.
_MEMBER = re.compile(rb'("sluice_unit"\s*:\s*)("(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*)')
_NO_KEY = "withheld"


def masked_body(body: bytes, unit_key: str | None) -> tuple[bytes, int]:
    """The body, and how many ids were replaced; 0 leaves it as it is."""
    if _NAME not in body:
        return body, 0
    replacement = orjson.dumps(unit_key or _NO_KEY)
    return _MEMBER.subn(lambda found: found[1] + replacement, body)
