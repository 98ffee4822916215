"""One client's connection: its requests are answered in their order, one at a time.

A protocol of asyncio instead of aiohttp's server, which took three times the CPU time per request.
"""

import asyncio
from collections import deque

from sluice.local.gateway.http_api import Gateway
from sluice.local.gateway.own_answers import HttpAnswer
from sluice.local.gateway.request_reader import Exchange, RequestReader
from sluice.local.gateway.wire_answer import CONTINUE, wire_answer


class ClientConnection(asyncio.Protocol):
    """Lives as long as its socket. `connections` holds those that are open, for who must close them."""

    def __init__(self, gateway: Gateway, connections: "set[ClientConnection]") -> None:
        self._gateway = gateway
        self._connections = connections
        self._waiting: deque[Exchange] = deque()
        self._answering: asyncio.Task[None] | None = None
        self._is_half_closed = False
        self._until_read: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        # Both loops hand over a socket's transport; uvloop's is of no class of asyncio.
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        peer = transport.get_extra_info("peername")
        self._reader = RequestReader(self._gateway, self, source_ip=peer[0] if peer else "")
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone. A function that works for it goes on to its end, as on AWS."""
        del exc
        self._waiting.clear()
        self.resume_writing()
        self._connections.discard(self)

    def data_received(self, data: bytes) -> None:
        """Something came."""
        self._reader.feed(data)

    def eof_received(self) -> bool:
        """The client sends no more, but waits for what it has asked for."""
        self._is_half_closed = True
        return self._answering is not None

    def pause_writing(self) -> None:
        """The client does not read: it gets no further answer before it does."""
        self._until_read = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """It has read."""
        until_read, self._until_read = self._until_read, None
        if until_read is not None:
            until_read.set_result(None)

    def close(self) -> None:
        """Drop the client."""
        self._transport.abort()

    def invite_body(self) -> None:
        """Say that the body is welcome; a client that still waits for another answer will send it anyway."""
        if self._answering is None:
            self._transport.write(CONTINUE)

    def take(self, exchange: Exchange) -> None:
        """Answer it, after those before it; until then nothing more is read."""
        self._waiting.append(exchange)
        if self._answering is None:
            self._answering = asyncio.get_running_loop().create_task(self._answer_waiting())
        else:
            self._transport.pause_reading()

    async def _answer_waiting(self) -> None:
        while self._waiting:
            exchange = self._waiting.popleft()
            asked = exchange.asked
            answer = asked if isinstance(asked, HttpAnswer) else await self._gateway.answer(asked)
            self._write(answer, exchange)
            if self._until_read is not None:
                await self._until_read
        self._answering = None
        if self._is_half_closed:
            self._transport.close()
        elif not self._transport.is_reading() and not self._transport.is_closing():
            self._transport.resume_reading()

    def _write(self, answer: HttpAnswer, exchange: Exchange) -> None:
        if self._transport.is_closing():
            return
        connection = None
        if not exchange.keep_alive:
            connection = "close"
        elif exchange.protocol == "HTTP/1.0":
            connection = "keep-alive"
        self._transport.write(wire_answer(answer, to_head=exchange.method == "HEAD", connection=connection))
        if not exchange.keep_alive:
            self._waiting.clear()
            self._transport.close()
