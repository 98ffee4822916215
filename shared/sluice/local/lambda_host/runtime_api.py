"""The Lambda Runtime API, 2018-06-01: one web application, one listening socket per environment.

The runtime client takes an address without a path, so the port is what tells environments apart.
"""

import socket
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import web

from sluice.local.lambda_host.environment import MAX_RESPONSE_BYTES, RuntimeAnswer, oversize_answer
from sluice.local.lambda_host.runtime_session import RuntimeSession

_ACCEPTED = orjson.dumps({"status": "OK"})


class RuntimeApi:
    """Serves every environment of a host on 127.0.0.1."""

    def __init__(self) -> None:
        app = web.Application(client_max_size=MAX_RESPONSE_BYTES)
        app.router.add_get("/2018-06-01/runtime/invocation/next", self._next)
        app.router.add_post("/2018-06-01/runtime/invocation/{request_id}/response", self._response)
        app.router.add_post("/2018-06-01/runtime/invocation/{request_id}/error", self._error)
        app.router.add_post("/2018-06-01/runtime/init/error", self._init_error)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        self._sessions: dict[int, RuntimeSession] = {}
        self._sites: dict[int, web.SockSite] = {}

    async def start(self) -> None:
        """Make ready to open sockets."""
        await self._runner.setup()

    async def stop(self) -> None:
        """Close every socket and connection."""
        await self._runner.cleanup()
        self._sessions.clear()
        self._sites.clear()

    async def open(self, session: RuntimeSession) -> int:
        """Listen for one environment; the port is its address."""
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        self._sessions[port] = session
        self._sites[port] = web.SockSite(self._runner, listener)
        await self._sites[port].start()
        return port

    async def close(self, port: int) -> None:
        """Stop listening for an environment that is gone."""
        self._sessions.pop(port, None)
        site = self._sites.pop(port, None)
        if site is not None:
            await site.stop()

    async def _next(self, request: web.Request) -> web.Response:
        session = self._session(request)
        wanted = await session.next_request() if session else None
        if wanted is None:
            return _refusal(HTTPStatus.FORBIDDEN, "InvalidStateTransition", "The environment is shutting down")
        headers = {
            "Lambda-Runtime-Aws-Request-Id": wanted.request_id,
            "Lambda-Runtime-Deadline-Ms": str(wanted.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": wanted.invoked_arn,
            "Lambda-Runtime-Trace-Id": _trace_id(wanted.request_id),
        }
        return web.Response(body=wanted.payload, headers=headers, content_type="application/json")

    async def _response(self, request: web.Request) -> web.Response:
        try:
            payload = await request.read()
        except web.HTTPRequestEntityTooLarge:
            # The runtime client gives up at 413, so this environment serves no other request.
            self._answer(request, oversize_answer())
            return _refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestEntityTooLarge", "Exceeded maximum payload")
        return self._answer(request, RuntimeAnswer(payload))

    async def _error(self, request: web.Request) -> web.Response:
        return self._answer(request, RuntimeAnswer(await request.read(), failed=True))

    async def _init_error(self, request: web.Request) -> web.Response:
        session = self._session(request)
        if session is not None:
            session.fail_init(await request.read())
        return _accepted()

    def _answer(self, request: web.Request, answer: RuntimeAnswer) -> web.Response:
        session = self._session(request)
        if session is None or not session.answer(request.match_info["request_id"], answer):
            return _refusal(HTTPStatus.BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
        return _accepted()

    def _session(self, request: web.Request) -> RuntimeSession | None:
        address: Any = request.transport.get_extra_info("sockname") if request.transport else None
        return self._sessions.get(address[1]) if address else None


def _accepted() -> web.Response:
    return web.Response(status=HTTPStatus.ACCEPTED, body=_ACCEPTED, content_type="application/json")


def _refusal(status: HTTPStatus, error_type: str, message: str) -> web.Response:
    body = orjson.dumps({"errorType": error_type, "errorMessage": message})
    return web.Response(status=status, body=body, content_type="application/json")


def _trace_id(request_id: str) -> str:
    digits = request_id.replace("-", "")
    return f"Root=1-{digits[:8]}-{digits[8:]};Sampled=0"
