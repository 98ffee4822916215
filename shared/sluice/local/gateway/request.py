"""What the gateway knows about one HTTP request, before any rule of AWS is applied to it."""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote_to_bytes


class HttpRequest(NamedTuple):
    """One request as it came over the wire.

    `target` is the request target as sent ("/a%20b?x=1"); `headers` keeps order, case and repetition;
    `protocol` is "HTTP/1.1" or "HTTP/1.0".
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    source_ip: str = "127.0.0.1"
    protocol: str = "HTTP/1.1"

    @property
    def raw_query(self) -> str:
        """The query as sent, without its question mark; empty when there is none."""
        return self.target.partition("?")[2]

    @property
    def decoded_path(self) -> str:
        """The path as an HTTP API hands it on: percent-decoded, and cut at a decoded question mark.

        Seen on AWS: github.com/middleapi/standard-server/pull/93 and aws-lambda-dotnet's test tool, whose
        integration tests ran against the real gateway. Bytes that are not UTF-8 become U+FFFD.
        """
        path = self.target.partition("?")[0]
        if "%" not in path:
            return path
        return unquote_to_bytes(path).decode("utf-8", "replace").partition("?")[0]


def http_request_size_bytes(method: str, target: bytes, raw_headers: Iterable[tuple[bytes, bytes]]) -> int:
    """What AWS counts against its 10,240 bytes: the request line and the headers, separators included."""
    line = len(method) + len(target) + len("  HTTP/1.1")
    return line + sum([len(name) + len(value) + 4 for name, value in raw_headers])
