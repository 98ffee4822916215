"""The control API behind the control function's Lambda handler, over a plane in memory."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
from aws_lambda_powertools import Logger

from functions.control.composition import build_handler
from functions.control.experiment_ports import ExperimentPorts
from sluice.adapters.cel_conditions import CelLanguage
from tests.functions.builders import an_event
from tests.functions.control_function import CONTEXT
from tests.unit.usecases.experiment_plane import ExperimentPlane


@dataclass(frozen=True)
class Answer:
    """Status, document and headers."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def error(self) -> str:
        assert list(self.body) == ["error"]
        return str(self.body["error"])


def ports_of(plane: ExperimentPlane) -> ExperimentPorts:
    return ExperimentPorts(
        plane.definitions, plane.units, plane.registry, plane.publisher, language_over=CelLanguage, clock=plane.clock
    )


class ControlApi:
    """The handler; `authorizer` is what API Gateway's found out about the caller."""

    def __init__(self, plane: ExperimentPlane, authorizer: Mapping[str, Any] | None = None) -> None:
        self.plane, self.authorizer = plane, authorizer
        self.handler = build_handler(
            registry=plane.registry,
            publisher=plane.publisher,
            logger=Logger(service=f"control-{uuid4().hex}", stream=io.StringIO()),
            experiments=lambda: ports_of(plane),
        )

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("POST", path, body, **headers)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """`headers` with underscores for hyphens; the body of bytes goes as it is."""
        path, _, query = path.partition("?")
        event = an_event(
            method,
            path,
            body,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            route_key="ANY /v1/{proxy+}",
            encoded=isinstance(body, bytes),
        )
        event["rawQueryString"] = query
        if self.authorizer is not None:
            event["requestContext"]["authorizer"] = self.authorizer
        answer = self.handler(event, CONTEXT)
        return Answer(answer["statusCode"], orjson.loads(answer["body"] or "null"), answer["headers"])
