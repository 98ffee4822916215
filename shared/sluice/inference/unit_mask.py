"""A request's body as records keep it: with the unit's key in the place of its id, however JSON spells the member."""

import re
from collections.abc import Sequence
from functools import cache

from sluice.experiments.unit_parameters import UNIT

_NAME = b'"%b"' % UNIT.encode()
_SPELLED = b'"%b"' % b"".join(rb"(?:%b|\\u00(?i:%02x))" % (letter.encode(), ord(letter)) for letter in UNIT)
# The colon that makes a text a name, and the value: a string, ended or not, or what else stands there in one piece.
_MEMBER = rb'(?s)(\s*:\s*)("(?:[^"\\]|\\.)*"?|[^\s,"{}\[\]]+)?'
_NO_KEY = "withheld"

_compiled = cache(re.compile)  # with the first unit: most functions never see one


def masked_body(body: bytes, unit_key: str | None) -> bytes | None:
    """The body, itself if it names no unit; None where it names one by a list or an object, as no unit is named."""
    if not may_name_a_unit(body):
        return body
    key = b'"%b"' % (unit_key or _NO_KEY).encode()
    parts: list[bytes] = []
    end = 0
    for at in _ends_of_names(body):
        member = _compiled(_MEMBER).match(body, at)
        if member is None:
            continue
        if member[2] is None:
            return None
        parts += (body[end : member.end(1)], key)
        end = member.end()
    return b"".join((*parts, body[end:])) if parts else body


def may_name_a_unit(body: bytes) -> bool:
    """False where no spelling of the member's name can be in it."""
    return _NAME in body or b"\\u" in body


def _ends_of_names(body: bytes) -> Sequence[int]:
    # No other escape of JSON can spell a letter; and one byte is found faster than two.
    if b"\\" in body and b"\\u" in body:
        return [found.end() for found in _compiled(_SPELLED).finditer(body)]
    ends = []
    start = body.find(_NAME)
    while start >= 0:
        ends.append(start + len(_NAME))
        start = body.find(_NAME, ends[-1])
    return ends
