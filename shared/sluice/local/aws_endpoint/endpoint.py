"""The one address for every AWS API of the local plane: Lambda and its logs are ours, the rest is moto's."""

import re
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from socket import SHUT_RDWR, socket
from typing import Any

from sluice.local.aws_endpoint.answer import WsgiAnswer, WsgiApp, refusal
from sluice.local.aws_endpoint.moto_application import MotoApplication
from sluice.local.aws_endpoint.plane_api import PREFIX, PlaneApi
from sluice.local.aws_endpoint.request import AwsRequest
from sluice.local.aws_errors import AwsError

_LAMBDA_PATH = re.compile(r"/20\d\d-\d\d-\d\d/(functions|event-source-mappings|layers|tags|account-settings)\b")
_OWN_HOST = re.compile(r"(127\.0\.0\.1|([a-z0-9.-]+\.)?localhost)(:\d+)?")
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class AwsApplications:
    """Who answers what."""

    functions: WsgiApp
    logs: WsgiApp
    moto: MotoApplication
    plane: PlaneApi

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""
        try:
            request = AwsRequest.read(environ)
        except AwsError as error:
            return refusal(error, AwsRequest(environ, b"")).send(start_response)
        if stranger := _refuse_stranger(request):
            return stranger.send(start_response)
        if request.environ["PATH_INFO"].startswith(PREFIX):
            return self.plane.answer(request).send(start_response)
        application = self._ours(request)
        if application is not None:
            return application(request.to_wsgi(), start_response)
        return self.moto.answer(request).send(start_response)

    def _ours(self, request: AwsRequest) -> WsgiApp | None:
        if request.service == "logs":
            return self.logs
        unsigned_lambda = "HTTP_AUTHORIZATION" not in request.environ and _LAMBDA_PATH.match(
            request.environ["PATH_INFO"]
        )
        return self.functions if request.service == "lambda" or unsigned_lambda else None


def _refuse_stranger(request: AwsRequest) -> WsgiAnswer | None:
    """Refuse web pages. No signature is checked here, and whoever can create a function can run code.

    A page on any site may post to 127.0.0.1, but its browser says where it comes from; and a name that was made
    to point here shows in the Host header.
    """
    foreign_host = not _OWN_HOST.fullmatch(request.environ.get("HTTP_HOST", "127.0.0.1").lower())
    if foreign_host or "HTTP_ORIGIN" in request.environ:
        message = "the local plane answers programs on this machine only, not web pages or other hosts' names"
        return refusal(AwsError("AccessDeniedException", 403, message), request)
    return None


class AwsEndpoint:
    """Serves the applications from threads, on a socket that is already bound to 127.0.0.1."""

    def __init__(self, applications: WsgiApp, listener: socket) -> None:
        self._server = _make_server(applications, listener)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="aws-endpoint")
        self._thread.daemon = True

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering, drop open connections, and wait until no request is being worked on."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self._server.connections.close_all(_STOP_SECONDS)


class _Connections:
    """The open connections of a threaded server."""

    def __init__(self) -> None:
        self._open: set[socket] = set()
        self._changed = threading.Condition()

    def opened(self, connection: socket) -> None:
        with self._changed:
            self._open.add(connection)

    def closed(self, connection: socket) -> None:
        with self._changed:
            self._open.discard(connection)
            self._changed.notify_all()

    def close_all(self, timeout_seconds: float) -> None:
        with self._changed:
            for connection in self._open:
                _shut(connection)
            self._changed.wait_for(lambda: not self._open, timeout_seconds)


def _shut(connection: socket) -> None:
    # The client may be faster.
    with suppress(OSError):
        connection.shutdown(SHUT_RDWR)


def _make_server(applications: WsgiApp, listener: socket) -> Any:
    # werkzeug takes 0.1 s to import.
    from werkzeug.serving import ThreadedWSGIServer

    class Server(ThreadedWSGIServer):
        daemon_threads = True

        def __init__(self) -> None:
            self.connections = _Connections()
            super().__init__("127.0.0.1", 0, applications, _quiet_handler(), fd=listener.fileno())

        def process_request(self, request: Any, client_address: Any) -> None:
            self.connections.opened(request)
            super().process_request(request, client_address)

        def shutdown_request(self, request: Any) -> None:
            super().shutdown_request(request)
            self.connections.closed(request)

    return Server()


def _quiet_handler() -> Any:
    # moto's handler keeps metadata names that WSGI would lose.
    from moto.moto_server.werkzeug_app import MotoRequestHandler

    class Handler(MotoRequestHandler):
        wbufsize = -1
        disable_nagle_algorithm = True

        def handle_expect_100(self) -> bool:
            # Left in the buffer, the invitation to send the body would cost every S3 client its second of patience.
            invited = super().handle_expect_100()
            self.wfile.flush()
            return invited

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing of requests that went well or were refused."""

    return Handler
