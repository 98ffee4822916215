"""Requests and responses of HTTP/1.1, as bytes; http.client would import a parser of e-mail for their headers."""

from collections.abc import Mapping
from typing import BinaryIO

from sluice.adapters.aws_wire.failures import HungUp, NoAnswer
from sluice.frozen import frozen

_LINE_LIMIT_BYTES = 65_536
_HEADERS_LIMIT = 200
_BODILESS = frozenset((204, 304))


@frozen
class HttpRequest:
    """`target` is path and query as they are sent, percent-encoded; header names are lower-case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


@frozen
class HttpResponse:
    """Header names are lower-case. After `is_last` the server takes no other request on this connection."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_last: bool = False


def head_of(request: HttpRequest) -> bytes:
    """Everything before the body. Raises ValueError for a line break in a header."""
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a header of a request holds a line break")
    if request.body or request.method in ("PUT", "POST"):
        lines.append(f"content-length: {len(request.body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def read_response(stream: BinaryIO) -> HttpResponse:
    """The next response, whole. Raises HungUp if there is none, NoAnswer if it is not HTTP/1.1 or breaks off."""
    status, protocol = _read_status(stream)
    headers = _read_headers(stream)
    if 100 <= status < 200:
        return read_response(stream)
    body, is_delimited = _read_body(stream, status, headers)
    is_last = not is_delimited or protocol != "HTTP/1.1" or headers.get("connection", "").lower() == "close"
    return HttpResponse(status, headers, body, is_last)


def _read_status(stream: BinaryIO) -> tuple[int, str]:
    line = stream.readline(_LINE_LIMIT_BYTES)
    if not line:
        raise HungUp("the other end hung up")
    protocol, _, rest = line.decode("latin-1").strip().partition(" ")
    status = rest[:3]
    if not protocol.startswith("HTTP/1.") or not status.isdecimal():
        raise NoAnswer("what came is not HTTP/1.1")
    return int(status), protocol


def _read_headers(stream: BinaryIO) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(_HEADERS_LIMIT):
        line = _line(stream)
        if not line:
            return headers
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    raise NoAnswer(f"the answer has more than {_HEADERS_LIMIT} headers")


def _read_body(stream: BinaryIO, status: int, headers: Mapping[str, str]) -> tuple[bytes, bool]:
    """The body, and whether its end was told, so that another response can follow."""
    if status in _BODILESS:
        return b"", True
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _read_chunks(stream), True
    length = headers.get("content-length")
    if length is None:
        return stream.read(), False
    if not length.isdecimal():
        raise NoAnswer(f"the answer's length is {length!r}")
    return _exactly(stream, int(length)), True


def _read_chunks(stream: BinaryIO) -> bytes:
    chunks: list[bytes] = []
    while size := _chunk_size(_line(stream)):
        chunks.append(_exactly(stream, size))
        _line(stream)
    _read_headers(stream)  # trailers, of which nothing is wanted
    return b"".join(chunks)


def _chunk_size(line: str) -> int:
    try:
        return int(line.partition(";")[0], 16)
    except ValueError:
        raise NoAnswer(f"a chunk of the answer has size {line!r}") from None


def _line(stream: BinaryIO) -> str:
    line = stream.readline(_LINE_LIMIT_BYTES)
    if not line.endswith(b"\n"):
        raise NoAnswer("the answer breaks off")
    return line.decode("latin-1").rstrip("\r\n")


def _exactly(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise NoAnswer(f"the answer breaks off after {len(content)} of {size} bytes")
    return content
