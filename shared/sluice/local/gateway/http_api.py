"""The gateway: real HTTP/1.1 in front of Lambda functions, as an API Gateway HTTP API would be."""

import asyncio
import base64
import logging
import os
from dataclasses import dataclass, field

from sluice.clock import Clock
from sluice.local.aws_errors import AwsError
from sluice.local.gateway.answer import from_lambda
from sluice.local.gateway.event import GatewayIdentity, to_event
from sluice.local.gateway.own_answers import (
    HEADERS_TOO_LARGE,
    INTERNAL_SERVER_ERROR,
    NOT_FOUND,
    REQUEST_TOO_LARGE,
    SERVICE_UNAVAILABLE,
    TOO_MANY_REQUESTS,
    HttpAnswer,
    answer_to_lambda_refusal,
)
from sluice.local.gateway.request import HttpRequest
from sluice.local.gateway.routes import Route, RouteTable
from sluice.local.gateway.throttle import ThrottleSettings
from sluice.local.gateway.time_limits import TimeLimits
from sluice.local.lambda_host.invocation import FunctionInvoker
from sluice.token_bucket import TokenBucket

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """The limits of the stage; the defaults are those of an HTTP API."""

    identity: GatewayIdentity = field(default_factory=GatewayIdentity)
    body_limit_bytes: int = 10 * 1024 * 1024
    head_limit_bytes: int = 10_240
    integration_timeout_seconds: float = 30.0
    timeout_answer: HttpAnswer = SERVICE_UNAVAILABLE
    throttle: ThrottleSettings = field(default_factory=ThrottleSettings)


class Gateway:
    """Routes, throttles, translates and invokes; knows nothing of sockets. For use on one event loop."""

    def __init__(
        self, invoker: FunctionInvoker, *, clock: Clock, routes: RouteTable, settings: GatewaySettings
    ) -> None:
        self._invoker = invoker
        self._clock = clock
        self._routes = routes
        self._bucket = TokenBucket(settings.throttle.rate_per_second, settings.throttle.burst_count)
        self._limits = TimeLimits(settings.integration_timeout_seconds)
        self.settings = settings

    def use_routes(self, routes: RouteTable) -> None:
        """Route by this table from the next request on; safe from any thread."""
        self._routes = routes

    def refuse_head(self, size_bytes: int, content_length: int | None) -> HttpAnswer | None:
        """The answer to a request whose head alone forbids reading on: throttled or too large."""
        if not self._bucket.take():
            return TOO_MANY_REQUESTS
        if size_bytes > self.settings.head_limit_bytes:
            return HEADERS_TOO_LARGE
        if content_length is not None and content_length > self.settings.body_limit_bytes:
            return REQUEST_TOO_LARGE
        return None

    async def answer(self, request: HttpRequest) -> HttpAnswer:
        """The answer to one admitted request; never raises for what a function or a client does."""
        path = self._path_in_stage(request.decoded_path)
        matched = None if path is None else self._routes.match(request.method, path)
        request_id = base64.b64encode(os.urandom(11)).decode("ascii")
        if matched is None:
            return _stamped(NOT_FOUND, request_id)
        route, match = matched
        event = to_event(request, match, identity=self.settings.identity, request_id=request_id, now=self._clock.now())
        return _stamped(await self._within_time(route, event), request_id)

    def close(self) -> None:
        """Give nothing up any more."""
        self._limits.close()

    def _path_in_stage(self, path: str) -> str | None:
        stage = self.settings.identity.stage
        if stage == "$default":
            return path
        if path == f"/{stage}":
            return "/"
        return path.removeprefix(f"/{stage}") if path.startswith(f"/{stage}/") else None

    async def _within_time(self, route: Route, event: bytes) -> HttpAnswer:
        limit = self._limits.begin()
        try:
            return await self._invoke(route, event)
        except asyncio.CancelledError:
            if not limit.has_passed:
                raise
            # A function that outlives its request keeps running, as on AWS.
            return self.settings.timeout_answer
        finally:
            self._limits.end(limit)

    async def _invoke(self, route: Route, event: bytes) -> HttpAnswer:
        try:
            invocation = await self._invoker.invoke(route.function_name, route.qualifier, event)
        except AwsError as error:
            return answer_to_lambda_refusal(error)
        except Exception:
            # The outermost boundary: a defect behind it must still be answered.
            _LOGGER.exception("invoking %s:%s failed", route.function_name, route.qualifier)
            return INTERNAL_SERVER_ERROR
        return INTERNAL_SERVER_ERROR if invocation.function_error else from_lambda(invocation.payload)


def _stamped(answer: HttpAnswer, request_id: str) -> HttpAnswer:
    return HttpAnswer(answer.status, (*answer.headers, ("apigw-requestid", request_id)), answer.body)
