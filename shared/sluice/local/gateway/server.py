"""The gateway's HTTP side: real sockets, one connection per client, kept alive."""

import asyncio
from socket import socket

from sluice.local.gateway.connection import ClientConnection
from sluice.local.gateway.http_api import Gateway


class GatewayServer:
    """Serves a gateway on a listening socket, which it takes over. For use on the loop that started it."""

    def __init__(self, gateway: Gateway, listener: socket) -> None:
        self._gateway = gateway
        self._listener = listener
        self._connections: set[ClientConnection] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Answer from now on."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: ClientConnection(self._gateway, self._connections), sock=self._listener
        )

    async def stop(self) -> None:
        """Stop listening and drop what is in flight."""
        if self._server is not None:
            self._server.close()
            for connection in tuple(self._connections):
                connection.close()
            await self._server.wait_closed()
        self._gateway.close()
