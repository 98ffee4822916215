"""What a request's Cache-Control header says of the result cache: RFC 9111 §5.2.1, as far as it can mean anything here.

| directive | what it does |
|---|---|
| no-store | nothing is looked up and nothing is kept |
| no-cache | nothing is looked up; the new result is kept |
| max-age=N | a result older than N seconds is not taken |
| any other | nothing, as the RFC wants of what a cache does not know |
"""

import re
from functools import lru_cache
from typing import NamedTuple

_MAX_AGE = r'max-age\s*=\s*"?(\d{1,9})"?'
_HEADERS_REMEMBERED = 64


class CacheWish(NamedTuple):
    """Whether results may be looked up, how old they may be, and whether new ones may be kept."""

    may_find: bool = True
    may_keep: bool = True
    max_age_seconds: int | None = None


ANYTHING = CacheWish()


@lru_cache(maxsize=_HEADERS_REMEMBERED)
def cache_wish_of(header: str) -> CacheWish:
    """The wish; of directives that contradict each other the stricter one counts."""
    directives = [each.strip().lower() for each in header.split(",")]
    ages = [int(found[1]) for each in directives if (found := re.fullmatch(_MAX_AGE, each))]
    may_keep = "no-store" not in directives
    return CacheWish(may_keep and "no-cache" not in directives, may_keep, min(ages, default=None))
