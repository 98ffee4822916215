"""Real HTTP in front of a handler, for clients that speak nothing else. The local plane's gateway has its own tests."""

from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.functions.builders import CONTEXT, an_event


def content_of(answer: dict[str, Any]) -> bytes:
    """The bytes of a function's answer."""
    return b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()


@contextmanager
def served(handler: Callable[[dict[str, Any], Any], dict[str, Any]]) -> Iterator[str]:
    """Host and port at which `handler` answers, for the length of a `with`."""

    class Front(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}  # as HTTP APIs do
            event = an_event(self.command, self.path, body, headers=headers, encoded=True)
            found = handler(event, CONTEXT)
            self.send_response(found["statusCode"])
            for name, value in found["headers"].items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content_of(found))

        do_GET = do_POST = answer  # noqa: N815 - the base class's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Front) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
