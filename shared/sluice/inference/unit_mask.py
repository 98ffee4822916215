"""A request's body as records keep it: with the unit's key in the place of its id, however JSON spells the member."""

import re
from collections.abc import Sequence
from functools import cache

from sluice.experiments.unit_parameters import UNIT

_NAME = b'"%b"' % UNIT.encode()
_SPELLED = b'"%b"' % b"".join(rb"(?:%b|\\u00(?i:%02x))" % (letter.encode(), ord(letter)) for letter in UNIT)
# The colon that makes a text a name, and the value: a string, ended or not, or what else stands there in one piece.
_MEMBER = rb'(?s)(\s*:\s*)("(?:[^"\\]|\\.)*"?|[^\s,"{}\[\]]+)?'
# As nearly every request has it; no other rule than _MEMBER's, and several times faster.
_USUAL_VALUE = rb'\s*:\s*("[^"\\]*")'
_NO_KEY = "withheld"

_compiled = cache(re.compile)  # with the first unit: most functions never see one


def masked_body(body: bytes, unit_key: str | None) -> bytes | None:
    """The body, itself if it names no unit; None where it names one by a list or an object, as no unit is named."""
    at = body.find(_NAME)
    if at < 0 and b"\\u" not in body:
        return body
    key = b'"%b"' % (unit_key or _NO_KEY).encode()
    if at >= 0 and b"\\" not in body and body.rfind(_NAME) == at:
        usual = _compiled(_USUAL_VALUE).match(body, at + len(_NAME))
        if usual is not None:
            return b"".join((body[: usual.start(1)], key, body[usual.end() :]))
    return _masked_anywhere(body, key)


def _masked_anywhere(body: bytes, key: bytes) -> bytes | None:
    """The same for names that are spelled by escapes, stand there more than once, or have values of any kind."""
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
