"""Canonical JSON (RFC 8785): one spelling per value, so that a digest names a value.

RFC 8785 knows neither integers beyond 2^53 nor NaN and infinities, and it writes a float of that size as if it were
an integer. Golden examples need them all, so they travel as `{"int": "9007199254740993"}` and `{"float": "nan"}`,
which nothing else in our documents looks like.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

_EXACT_LIMIT = 2**53 - 1


def to_canonical_bytes(document: Any) -> bytes:
    """The one spelling of a JSON document. Raises rfc8785.CanonicalizationError for what JSON cannot hold."""
    import rfc8785  # needed where documents are written, never where a release is read at cold start

    return rfc8785.dumps(document)


def from_canonical_bytes(content: bytes) -> Any:
    """The document. Raises ValueError."""
    return json.loads(content)


def digest_of(document: Any) -> str:
    """SHA-256, in hex, of the document's canonical bytes."""
    return sha256(to_canonical_bytes(document)).hexdigest()


def encode_numbers(value: Any) -> Any:
    """Nested lists of JSON values with every number that RFC 8785 cannot hold replaced by its tagged text."""
    if isinstance(value, Mapping):
        return {key: encode_numbers(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [encode_numbers(inner) for inner in value]
    if isinstance(value, int | float) and not abs(value) <= _EXACT_LIMIT:  # NaN is not, either
        return {type(value).__name__: str(value)}
    return value


def decode_numbers(value: Any) -> Any:
    """The inverse of `encode_numbers` for one tensor's nested lists."""
    if isinstance(value, list):
        return [decode_numbers(inner) for inner in value]
    if isinstance(value, Mapping):
        return int(value["int"]) if "int" in value else float(value["float"])
    return value
