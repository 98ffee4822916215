"""A request's body as records keep it: with the unit's key in the place of its id."""

import re

_NAME = b'"sluice_unit"'
# A JSON string or number behind the name; a number is never followed by more digits.
_MEMBER = re.compile(rb'("sluice_unit"\s*:\s*)("(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*)')
_NO_KEY = "withheld"


def masked_body(body: bytes, unit_key: str | None) -> tuple[bytes, int]:
    """The body, and how many ids were replaced; 0 leaves it as it is."""
    key = b'"%b"' % (unit_key or _NO_KEY).encode()
    parts, count, end = [], 0, 0
    while (at := body.find(_NAME, end)) >= 0:
        found = _MEMBER.match(body, at)
        if found is None:
            parts.append(body[end : at + len(_NAME)])
            end = at + len(_NAME)
        else:
            parts += (body[end : found.end(1)], key)
            count, end = count + 1, found.end()
    return (b"".join((*parts, body[end:])), count) if count else (body, 0)
