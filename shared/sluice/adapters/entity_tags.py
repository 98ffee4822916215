"""Answers that a client may keep, and ask about instead of for them again (RFC 9110, 8.8.3 and 13.1.2)."""

import re
from hashlib import sha256

from sluice.adapters.http_answer import HttpAnswer

KEEP_AND_ASK = "private, no-cache"
"""The client may keep it, and no cache on the way; it asks each time whether it still holds."""

_ENTITY_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_TAG_DIGITS = 32


def names(if_none_match: str, etag: str) -> bool:
    """Whether the header If-None-Match names the ETag: in a list, as a weak one, or by `*`."""
    return if_none_match.strip() == "*" or etag in _ENTITY_TAG.findall(if_none_match)


def unless_known(answer: HttpAnswer, if_none_match: str | None) -> HttpAnswer:
    """The answer with an ETag of its body; 304 without one where the client has that body already."""
    etag = sha256(answer.body).hexdigest()[:_TAG_DIGITS]
    headers = {**answer.headers, "etag": f'"{etag}"', "cache-control": KEEP_AND_ASK}
    if if_none_match is not None and names(if_none_match, etag):
        return answer._replace(status=304, body=b"", headers=headers)
    return answer._replace(headers=headers)
