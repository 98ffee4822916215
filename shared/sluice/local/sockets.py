"""Listening sockets of the local plane: on 127.0.0.1 and nowhere else."""

import errno
import socket

from sluice.errors import Conflict

_BACKLOG = 256


class PortTaken(Conflict):
    """Another process listens on the wanted port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} on 127.0.0.1 is in use; stop what listens there or choose another port")
        self.port = port


def bound_socket(port: int) -> socket.socket:
    """A socket listening on 127.0.0.1; `port` 0 takes any free one. Raises PortTaken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # Lets a restart take the port over from connections that the last run left in TIME_WAIT.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(port) from error
        raise
    return listener
