"""A control function in this process, behind its Lambda handler, and what it logged."""

import io
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import orjson
from aws_lambda_powertools import Logger

from functions.control.composition import build_handler
from sluice.catalog.ports import FunctionPublisher, Registry
from tests.functions.builders import an_event

CONTEXT = SimpleNamespace(
    function_name="control",
    function_version="1",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-central-1:000000000000:function:control",
    aws_request_id="lambda-request",
)


class ControlFunction:
    """The handler over these ports."""

    def __init__(self, registry: Registry, publisher: FunctionPublisher) -> None:
        self._log = io.StringIO()
        # Loggers of one name share their first stream for the life of the process.
        logger = Logger(service=f"control-{uuid4().hex}", stream=self._log)
        self.handler = build_handler(registry=registry, publisher=publisher, logger=logger)

    def call(self, path: str, method: str = "GET") -> tuple[int, Any, dict[str, str]]:
        """Status, document and headers of the answer; the route is the one that takes what no other does."""
        answer = self.handler(an_event(method, path, route_key="ANY /v2/{proxy+}"), CONTEXT)
        return answer["statusCode"], orjson.loads(answer["body"] or "null"), answer["headers"]

    @property
    def log(self) -> list[dict[str, Any]]:
        return [orjson.loads(line) for line in self._log.getvalue().splitlines()]
