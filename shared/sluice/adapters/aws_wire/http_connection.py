"""One connection to one server: opened within a time, used for one exchange after the other."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from sluice.adapters.aws_wire.failures import HungUp, NoAnswer
from sluice.adapters.aws_wire.http_address import HttpAddress
from sluice.adapters.aws_wire.http_message import HttpRequest, HttpResponse, head_of, read_response
from sluice.frozen import frozen

_JOINED_BYTES = 16_384
"""A body up to this goes out in one piece with its head; a copy of a larger one costs more than a second call."""


@frozen
class Timeouts:
    """How long a connection may take, and each piece of an answer: no limit for a whole exchange."""

    connect_seconds: float
    read_seconds: float


class HttpConnection:
    """Open from the beginning. Raises NoAnswer if it cannot be opened."""

    def __init__(self, address: HttpAddress, timeouts: Timeouts) -> None:
        with _told(f"connecting to {address.authority}"):
            self._socket = _open(address, timeouts)
            self._stream = cast("BinaryIO", self._socket.makefile("rb"))
        self._is_used = False

    def exchange(self, request: HttpRequest) -> HttpResponse:
        """Send, and wait for the answer. Raises HungUp if there was not a byte of one, NoAnswer if it is not whole.

        After an error the connection must be closed.
        """
        with _told(f"{request.method}"):
            self._send(request)
            return read_response(self._stream)

    def close(self) -> None:
        """Hang up; harmless if it is done."""
        self._stream.close()
        self._socket.close()

    def _send(self, request: HttpRequest) -> None:
        head = head_of(request)
        try:
            if len(request.body) <= _JOINED_BYTES:
                self._socket.sendall(head + request.body)
            else:
                self._socket.sendall(head)
                self._socket.sendall(request.body)
        except (BrokenPipeError, ConnectionResetError):
            # It may have been refused before it was whole: then the answer says why.
            return


def _open(address: HttpAddress, timeouts: Timeouts) -> socket.socket:
    host = address.host.encode("ascii")  # as bytes: names as text go through a codec that takes a while to import
    place: Any = (host, address.port)
    opened = socket.create_connection(place, timeout=timeouts.connect_seconds)
    try:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if address.is_tls:
            from sluice.adapters.aws_wire.tls import client_context

            opened = client_context().wrap_socket(opened, server_hostname=host)
        opened.settimeout(timeouts.read_seconds)
    except BaseException:
        opened.close()
        raise
    return opened


@contextmanager
def _told(doing: str) -> Iterator[None]:
    """Every failure of a socket as one of ours. TimeoutError, ssl.SSLError and socket.gaierror are OSErrors."""
    try:
        yield
    except ConnectionResetError as error:
        raise HungUp(f"{doing}: {error}") from error
    except (OSError, ValueError) as error:
        raise NoAnswer(f"{doing}: {error or type(error).__name__}") from error
