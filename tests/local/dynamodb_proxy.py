"""Between a function and DynamoDB: every call passes a rule, which may answer in its place, wait, or hang up."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import urlsplit

JSON = "application/x-amz-json-1.0"


class Answer(NamedTuple):
    """What goes back to the client."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = (("content-type", JSON),)


class Call(NamedTuple):
    """One call: DynamoDB's operation, the table, and all of its members."""

    operation: str
    table: str
    members: dict[str, Any]


Forward = Callable[[], Answer]
Rule = Callable[[Call, Forward], Answer | None]
"""The answer to a call; None hangs up. `forward` asks the real one."""


def passed_on(call: Call, forward: Forward) -> Answer:
    """The rule of a DynamoDB that is well."""
    return forward()


class DynamoProxy:
    """Listens at `url`. Every call is noted in `calls` and goes by `rule`, in a thread of its own."""

    def __init__(self, upstream: str) -> None:
        self.rule: Rule = passed_on
        self.calls: list[Call] = []
        self._upstream = urlsplit(upstream).netloc
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, headers: dict[str, str], body: bytes) -> Answer | None:
        """By the rule of the moment at which the call came."""
        members, rule = json.loads(body), self.rule
        call = Call(headers["x-amz-target"].partition(".")[2], members.get("TableName", ""), members)
        self.calls.append(call)
        return rule(call, lambda: self._forward(headers, body))

    def _forward(self, headers: dict[str, str], body: bytes) -> Answer:
        kept = {name: value for name, value in headers.items() if name not in ("host", "connection")}
        upstream = HTTPConnection(self._upstream, timeout=60)
        try:
            upstream.request("POST", "/", body, kept)
            response = upstream.getresponse()
            found = tuple((name, value) for name, value in response.getheaders() if name.lower() in _KEPT)
            return Answer(response.status, response.read(), found)
        finally:
            upstream.close()

    @contextmanager
    def listening(self) -> Iterator["DynamoProxy"]:
        """Answers inside the block. A rule that waits must be let go by whoever made it."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()


_KEPT = ("content-type", "x-amzn-requestid", "x-amz-crc32")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has stopped waiting is what these tests are about."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _handler_of(proxy: DynamoProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = proxy.answer(headers, self.rfile.read(int(headers["content-length"])))
            if answer is None:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in (*answer.headers, ("content-length", str(len(answer.body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    return Handler
