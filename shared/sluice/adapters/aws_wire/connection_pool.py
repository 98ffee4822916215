"""Connections to one server that stay open between calls."""

from _thread import allocate_lock

from sluice.adapters.aws_wire.failures import HungUp
from sluice.adapters.aws_wire.http_address import HttpAddress
from sluice.adapters.aws_wire.http_connection import HttpConnection, Timeouts
from sluice.adapters.aws_wire.http_message import HttpRequest, HttpResponse

_IDLE_LIMIT = 4


class ConnectionPool:
    """As many connections as there are calls at once; a few are kept. Threads may share it."""

    def __init__(self, address: HttpAddress, timeouts: Timeouts) -> None:
        self._address = address
        self._timeouts = timeouts
        self._lock = allocate_lock()
        self._idle: list[HttpConnection] = []
        self._generation = 0

    def exchange(self, request: HttpRequest) -> HttpResponse:
        """Send over a connection that is open, or over a new one. Raises NoAnswer.

        A server closes what was idle for long, and says so only when it is used again: then, and only then, the
        request is sent a second time.
        """
        generation = self._generation
        idle = self._take()
        if idle is not None:
            try:
                return self._over(idle, request, generation)
            except HungUp:
                pass
        return self._over(HttpConnection(self._address, self._timeouts), request, generation)

    def drop_connections(self) -> None:
        """Close every connection, those in use at the end of their exchange. New calls open new ones."""
        with self._lock:
            self._generation += 1
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> HttpConnection | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _over(self, connection: HttpConnection, request: HttpRequest, generation: int) -> HttpResponse:
        try:
            response = connection.exchange(request)
        except BaseException:
            connection.close()
            raise
        if response.is_last or not self._keep(connection, generation):
            connection.close()
        return response

    def _keep(self, connection: HttpConnection, generation: int) -> bool:
        with self._lock:
            is_kept = generation == self._generation and len(self._idle) < _IDLE_LIMIT
            if is_kept:
                self._idle.append(connection)
            return is_kept
