"""Compressed bodies, both ways: Content-Encoding and Accept-Encoding (RFC 9110, 8.4 and 12.5.3).

The header Inference-Header-Content-Length counts bytes of the body as it is without its coding, as Triton's does.
"""

import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from functions.inference.payload_limit import PAYLOAD_LIMIT_BYTES
from sluice.adapters.http_answer import HttpAnswer
from sluice.errors import MalformedBody, PayloadTooLarge, SluiceError, UnsupportedMediaType
from sluice.inference.call import PredictionCall
from sluice.inference.shown import shown

WORTH_CODING_BYTES = 1400
"""What fits into one packet of the network gains nothing."""

_GZIP, _ZLIB, _RAW = zlib.MAX_WBITS | 16, zlib.MAX_WBITS, -zlib.MAX_WBITS
_FASTEST = 1  # of numbers as JSON, level 6 leaves a twentieth less, for twice the time and more
_GAIN = 0.9
_MEMBER_LIMIT = 16  # each member costs a copy of all that follow, and an empty one has twenty bytes


def decoded_call(call: PredictionCall, coding: str) -> PredictionCall:
    """The call with its body as it was before the coding; a coding that is refused is a form that refuses."""
    try:
        return call._replace(body=decoded_body(call.body, coding, PAYLOAD_LIMIT_BYTES))
    except SluiceError as error:
        from sluice.inference.forms.refused import Refused

        return call._replace(form=Refused(call.form.name, error))


def decoded_body(body: bytes, coding: str, limit_bytes: int) -> bytes:
    """The body without its coding; memory never holds more than `limit_bytes` of it and its coded form.

    Raises UnsupportedMediaType, MalformedBody, PayloadTooLarge.
    """
    match coding.strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return _inflated(body, _GZIP, limit_bytes)
        case "deflate":
            # The standard means zlib's format, and some send bare DEFLATE, which never begins like it.
            return _inflated(body, _ZLIB if _begins_like_zlib(body) else _RAW, limit_bytes)
    raise UnsupportedMediaType(f"Content-Encoding is {shown(coding)}, must be gzip, deflate or identity")


def in_coding_of(event: Mapping[str, Any], answer: HttpAnswer) -> HttpAnswer:
    """The answer in the coding that the event of an HTTP API asks for.

    A REST API turns base64 into bytes for some media types only, and compresses by itself if it is told to.
    """
    accept_encoding = (event.get("headers") or {}).get("accept-encoding") if "rawPath" in event else None
    return coded_answer(answer, accept_encoding) if accept_encoding else answer


def coded_answer(answer: HttpAnswer, accept_encoding: str) -> HttpAnswer:
    """The answer in gzip, if the client takes that and it gains; raw tensors are left as they are."""
    if answer.is_binary or len(answer.body) < WORTH_CODING_BYTES:
        return answer
    varying = answer._replace(headers={**answer.headers, "vary": "accept-encoding"})
    if not _takes_gzip(accept_encoding):
        return varying
    packer = zlib.compressobj(_FASTEST, wbits=_GZIP)
    packed = packer.compress(answer.body) + packer.flush()
    if len(packed) > _GAIN * len(answer.body):
        return varying
    headers: Mapping[str, str] = {**varying.headers, "content-encoding": "gzip"}
    return answer._replace(body=packed, headers=headers, is_binary=True)


def _inflated(body: bytes, window_bits: int, limit_bytes: int) -> bytes:
    parts: list[bytes] = []
    left_bytes = limit_bytes + 1
    try:
        for _ in range(_MEMBER_LIMIT):
            unpacker = zlib.decompressobj(window_bits)
            parts.append(unpacker.decompress(body, left_bytes))
            left_bytes -= len(parts[-1])
            if left_bytes <= 0:
                raise PayloadTooLarge(limit_bytes + 1, limit_bytes, "body, decompressed so far,")
            if not unpacker.eof:
                raise MalformedBody("the compressed body ends too early")
            body = unpacker.unused_data
            if not body:
                return b"".join(parts)
        raise MalformedBody(f"the compressed body has more than {_MEMBER_LIMIT} members")
    except zlib.error as error:
        raise MalformedBody(f"the body is not what Content-Encoding says: {error}") from error


def _begins_like_zlib(body: bytes) -> bool:
    return len(body) > 1 and body[0] & 0x0F == zlib.DEFLATED and int.from_bytes(body[:2], "big") % 31 == 0


@lru_cache(maxsize=64)
def _takes_gzip(accept_encoding: str) -> bool:
    weights = dict(map(_weighted, accept_encoding.split(",")))
    try:
        return float(weights.get("gzip", weights.get("*", "0"))) > 0
    except ValueError:
        return False


def _weighted(item: str) -> tuple[str, str]:
    """A coding, and its weight as it is written."""
    name, _, parameter = item.partition(";")
    return name.strip().lower(), parameter.partition("=")[2].strip() or "1"
