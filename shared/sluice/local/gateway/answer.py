"""From what a Lambda function returned to the HTTP answer: payload format 2.0 of HTTP APIs. Pure.

An object with `statusCode` is an answer and must be a well-formed one; anything else is itself the body of a
200 (a JSON string without its quotes), as AWS was observed to do by the authors of aws-lambda-dotnet's test tool.
"""

import base64
import binascii
import re
from functools import lru_cache
from typing import Any

import orjson

from sluice.local.gateway.own_answers import INTERNAL_SERVER_ERROR, HttpAnswer

# The gateway frames the answer itself: a length or an encoding from the function would contradict it.
_FRAMING = frozenset({"connection", "content-length", "date", "keep-alive", "trailer", "transfer-encoding", "upgrade"})
# Made once: as expressions they are made anew for each answer.
_DICT_OR_NONE, _LIST_OR_NONE, _TEXT_OR_NONE, _BOOL_OR_NONE = dict | None, list | None, str | None, bool | None
_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FIELD_VALUE = re.compile(r"[\t\x20-\x7e\x80-\U0010ffff]*")


class UnusableAnswer(Exception):
    """The function's answer breaks format 2.0; the client sees a 500."""


def from_lambda(payload: bytes) -> HttpAnswer:
    """The HTTP answer for a function that ended without an error."""
    try:
        answer = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return _inferred(payload)
    if isinstance(answer, dict) and "statusCode" in answer:
        try:
            return _stated(answer)
        except UnusableAnswer:
            return INTERNAL_SERVER_ERROR
    return _inferred(answer.encode("utf-8", "replace") if isinstance(answer, str) else payload)


def _inferred(body: bytes) -> HttpAnswer:
    return HttpAnswer(200, (("content-type", "application/json"),), body)


def _stated(answer: dict[str, Any]) -> HttpAnswer:
    headers = _headers(answer.get("headers")) + _cookies(answer.get("cookies"))
    if "content-type" not in [name for name, _ in headers]:
        headers.append(("content-type", "text/plain; charset=utf-8"))
    return HttpAnswer(_status(answer["statusCode"]), tuple(headers), _body(answer))


def _status(status: Any) -> int:
    if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 599:
        raise UnusableAnswer
    return status


def _headers(headers: Any) -> list[tuple[str, str]]:
    if not isinstance(headers, _DICT_OR_NONE):
        raise UnusableAnswer
    fields = [(_field_name(name), value) for name, value in (headers or {}).items()]
    return [(name, _field_value(value)) for name, value in fields if name not in _FRAMING]


def _cookies(cookies: Any) -> list[tuple[str, str]]:
    if not isinstance(cookies, _LIST_OR_NONE):
        raise UnusableAnswer
    return [("set-cookie", _field_value(cookie)) for cookie in cookies or ()]


@lru_cache(maxsize=256)
def _field_name(name: str) -> str:
    if not _FIELD_NAME.fullmatch(name):
        raise UnusableAnswer
    return name.lower()


def _field_value(value: Any) -> str:
    # A line break here would let a function write headers, or whole answers, of its own.
    if not isinstance(value, str) or not (_is_plain_ascii(value) or _FIELD_VALUE.fullmatch(value)):
        raise UnusableAnswer
    return value


def _is_plain_ascii(value: str) -> bool:
    return value.isascii() and value.isprintable()


def _body(answer: dict[str, Any]) -> bytes:
    body, is_base64 = answer.get("body"), answer.get("isBase64Encoded", False)
    if not isinstance(body, _TEXT_OR_NONE) or not isinstance(is_base64, _BOOL_OR_NONE):
        raise UnusableAnswer
    if not is_base64:
        return (body or "").encode("utf-8", "replace")
    try:
        return base64.b64decode(body or "", validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnusableAnswer from error
