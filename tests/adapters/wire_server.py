"""A server that speaks from a script: for each connection, what it answers to each request, and when it hangs up."""

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import BinaryIO, cast

OK: bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
RESET: bytes = b"<reset>"
SILENCE: bytes = b"<silence>"

Script = Sequence[Sequence[bytes]]
"""One sequence of answers per connection, in the order in which they come; the end of one is the end of the other."""


class ScriptedServer:
    """`requests` are the heads of what was asked, by connection."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None) -> None:
        self.requests: list[list[str]] = []
        self.hung_up = threading.Semaphore(0)
        self._script = script
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://localhost:{self.port}"

    @contextmanager
    def serving(self) -> Iterator["ScriptedServer"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._end.set()
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._thread.join()
            self._listener.close()

    def _serve(self) -> None:
        for answers in self._script:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with suppress(OSError):
                self._converse(connection, answers)
            self.hung_up.release()

    def _converse(self, connection: socket.socket, answers: Sequence[bytes]) -> None:
        heads: list[str] = []
        self.requests.append(heads)
        if self._tls:
            connection = self._tls.wrap_socket(connection, server_side=True)
        with connection, connection.makefile("rb") as stream:
            for answer in answers:
                if answer == RESET:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    return
                heads.append(_head(cast("BinaryIO", stream)))
                if answer == SILENCE:
                    self._end.wait(60)
                    return
                connection.sendall(answer)


def _head(stream: BinaryIO) -> str:
    lines: list[str] = []
    length = 0
    while (line := stream.readline().decode().strip()) or not lines:
        if not line:
            raise OSError("no request came")
        lines.append(line)
        if line.lower().startswith("content-length:"):
            length = int(line.partition(":")[2])
    stream.read(length)
    return "\n".join(lines)


@contextmanager
def scripted(*script: Sequence[bytes], tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    with ScriptedServer(script, tls).serving() as server:
        yield server
