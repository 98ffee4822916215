"""The gateway's HTTP side: aiohttp's low-level server, one connection per client, kept alive."""

import asyncio
import logging
from socket import socket
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import CIMultiDict

from sluice.local.gateway.http_api import Gateway
from sluice.local.gateway.own_answers import REQUEST_TOO_LARGE, HttpAnswer
from sluice.local.gateway.request import HttpRequest, http_request_size_bytes

# Beyond this aiohttp itself refuses, in words that are not the gateway's; far above the limit we enforce.
_PARSER_LIMIT_BYTES = 256 * 1024


def _is_news(record: logging.LogRecord) -> bool:
    # Clients that speak no HTTP, or leave half way, are no defect of ours: the console is spared their stacks.
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError | ConnectionError))


_LOGGER = logging.getLogger(__name__)
_LOGGER.addFilter(_is_news)


class GatewayServer:
    """Serves a gateway on a listening socket, which it takes over. For use on the loop that started it."""

    def __init__(self, gateway: Gateway, listener: socket) -> None:
        self._gateway = gateway
        self._listener = listener
        self._runner: web.ServerRunner | None = None

    async def start(self) -> None:
        """Answer from now on."""
        server = web.Server(
            self._serve,
            request_factory=self._request,
            auto_decompress=False,
            max_line_size=_PARSER_LIMIT_BYTES,
            max_field_size=_PARSER_LIMIT_BYTES,
            access_log=None,
            logger=_LOGGER,
        )
        self._runner = web.ServerRunner(server, handle_signals=False)
        await self._runner.setup()
        await web.SockSite(self._runner, self._listener).start()

    async def stop(self) -> None:
        """Stop listening and drop what is in flight."""
        if self._runner is not None:
            await self._runner.shutdown()
            await self._runner.cleanup()
        await self._gateway.close()

    def _request(self, *parts: Any) -> web.BaseRequest:
        message, payload, protocol, writer, task = parts
        return web.BaseRequest(
            message,
            payload,
            protocol,
            writer,
            task,
            asyncio.get_running_loop(),
            client_max_size=self._gateway.settings.body_limit_bytes,
        )

    async def _serve(self, request: web.BaseRequest) -> web.Response:
        size_bytes = http_request_size_bytes(request.method, request.raw_path, request.raw_headers)
        refusal = self._gateway.refuse_head(size_bytes, request.content_length)
        if refusal is not None:
            return _response(refusal)
        if request.headers.get("expect", "").lower() == "100-continue":
            await _invite_body(request)
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _response(REQUEST_TOO_LARGE)
        return _response(await self._gateway.answer(_http_request(request, body)))


async def _invite_body(request: web.BaseRequest) -> None:
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    # aiohttp takes any output for the start of the answer.
    request.writer.output_size = 0


def _http_request(request: web.BaseRequest, body: bytes) -> HttpRequest:
    # aiohttp smuggles bytes that are not UTF-8 through as lone surrogates, which no JSON may hold.
    target = request.raw_path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    headers = tuple((name.decode("latin-1"), value.decode("utf-8", "replace")) for name, value in request.raw_headers)
    return HttpRequest(
        request.method,
        target,
        headers,
        body,
        source_ip=request.remote or "",
        protocol=f"HTTP/{request.version.major}.{request.version.minor}",
    )


def _response(answer: HttpAnswer) -> web.Response:
    return web.Response(status=answer.status, headers=CIMultiDict(answer.headers), body=answer.body)
