"""Media types, as the headers Content-Type and Accept write them (RFC 9110, 8.3 and 12.5.1)."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from sluice.errors import NotAcceptable, UnsupportedMediaType
from sluice.inference.shown import shown

JSON = "application/json"
CSV = "text/csv"
NPY = "application/x-npy"
OCTETS = "application/octet-stream"
_UTF_8 = frozenset({"utf-8", "utf8", "us-ascii"})
# Clients may send any header: the least recent ones are forgotten.
_REMEMBERED = 64


class MediaType(NamedTuple):
    """`name` is in lower case, without parameters; so are the parameters' names."""

    name: str
    parameters: Mapping[str, str]


@lru_cache(maxsize=_REMEMBERED)
def media_type_of(content_type: str) -> MediaType:
    """The header's value in its parts. Raises UnsupportedMediaType for text that is not UTF-8."""
    found = _split(content_type)
    charset = found.parameters.get("charset", "utf-8")
    if charset.lower() not in _UTF_8:
        raise UnsupportedMediaType(f"charset of Content-Type is {shown(charset)}, must be utf-8")
    return found


@lru_cache(maxsize=_REMEMBERED)
def accepted(accept: str, offered: Sequence[str]) -> str:
    """Of the media types `offered` the one that the header Accept likes best; the first of equals.

    Without the header it is the first one. Raises NotAcceptable.
    """
    if not accept.strip():
        return offered[0]
    weights = {name: _weight_of(name, accept) for name in offered}
    best = max(offered, key=lambda name: weights[name])
    if weights[best] <= 0:
        raise NotAcceptable(f"Accept is {shown(accept)}, but what is given is {', '.join(offered)}")
    return best


def _weight_of(name: str, accept: str) -> float:
    """By the most specific range that matches: `text/csv` before `text/*` before `*/*`."""
    ranges = dict(_ranges(accept))
    family = name.partition("/")[0]
    return next((ranges[it] for it in (name, f"{family}/*", "*/*") if it in ranges), 0.0)


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for each in accept.split(","):
        media_range = _split(each)
        try:
            yield media_range.name, float(media_range.parameters.get("q", "1"))
        except ValueError:
            yield media_range.name, 0.0


def _split(value: str) -> MediaType:
    name, *parameters = value.split(";")
    pairs = (parameter.partition("=") for parameter in parameters)
    return MediaType(name.strip().lower(), {key.strip().lower(): text.strip().strip('"') for key, _, text in pairs})
