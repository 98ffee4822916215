"""From an answer to its bytes on the wire, HTTP/1.1. Pure but for the date, which is the machine's."""

import time
from email.utils import formatdate
from functools import cache, lru_cache
from http import HTTPStatus

from sluice.local.gateway.own_answers import HttpAnswer

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


def wire_answer(answer: HttpAnswer, *, to_head: bool, connection: str | None) -> bytes:
    """Head and body. An answer to HEAD has the length of its body and no body; `connection` is that header's value."""
    lines = [_status_line(answer.status), *(f"{name}: {value}\r\n" for name, value in answer.headers)]
    has_body = answer.status not in _WITHOUT_BODY
    if has_body:
        lines.append(f"content-length: {len(answer.body)}\r\n")
    if connection is not None:
        lines.append(f"connection: {connection}\r\n")
    lines.append(_date_line(int(time.time())))
    head = "".join(lines).encode()
    return head + answer.body if has_body and not to_head else head


@cache
def _status_line(status: int) -> str:
    # Functions may answer with a status that nobody has named.
    phrase = HTTPStatus(status).phrase if status in HTTPStatus.__members__.values() else ""
    return f"HTTP/1.1 {status} {phrase}\r\n"


@lru_cache(maxsize=1)
def _date_line(epoch_seconds: int) -> str:
    """The date, and the empty line that ends the head."""
    return f"date: {formatdate(epoch_seconds, usegmt=True)}\r\n\r\n"
