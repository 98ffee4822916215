"""The two functions of outcomes in this process, behind their Lambda handlers, over ports that a test gives them."""

import io
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import orjson
from aws_lambda_powertools import Logger

from functions.outcomes.composition import build_delivery_handler, build_handler, unit_keys
from sluice.experiments.outcome_ports import OutcomeQueue, OutcomeStore
from sluice.usecases.accept_outcomes import IntakePorts
from tests.functions.builders import an_event
from tests.unit.experiments.outcome_builders import NOON, SECRET, a_reception

CONTEXT = SimpleNamespace(
    function_name="outcomes",
    function_version="1",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-central-1:000000000000:function:outcomes",
    aws_request_id="lambda-request",
)


class _StandingClock:
    def now(self) -> Any:
        return NOON


class _Logged:
    def __init__(self) -> None:
        self._stream = io.StringIO()
        # Loggers of one name share their first stream for the life of the process.
        self.logger = Logger(service=f"outcomes-{uuid4().hex}", stream=self._stream)

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [orjson.loads(line) for line in self.text.splitlines()]


class IntakeFunction:
    """`POST /v1/outcomes` over a queue, at NOON."""

    def __init__(self, queue: OutcomeQueue, *, read_secret: Callable[[], bytes] = lambda: SECRET) -> None:
        self.log = _Logged()
        ports = IntakePorts(queue, _StandingClock(), unit_keys(read_secret), a_reception().new_key)
        self.handler = build_handler(ports, logger=self.log.logger)

    def post(self, body: Any, headers: Mapping[str, str] | None = None) -> tuple[int, Any, dict[str, str]]:
        """Status, document and headers of the answer."""
        event = an_event("POST", "/v1/outcomes", body, headers=headers, route_key="POST /v1/outcomes")
        return self.answer(event)

    def answer(self, event: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        answer = self.handler(event, CONTEXT)
        return answer["statusCode"], orjson.loads(answer["body"]), answer["headers"]


class DeliveryFunction:
    """The queue's consumer over a store."""

    def __init__(self, store: OutcomeStore) -> None:
        self.log = _Logged()
        self.handler = build_delivery_handler(store, logger=self.log.logger)

    def deliver(self, *bodies: bytes | str) -> list[str]:
        """The ids of the messages that the queue must keep; a message's id is m and its position."""
        answer = self.handler(an_sqs_event(*bodies), CONTEXT)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def an_sqs_event(*bodies: bytes | str) -> dict[str, Any]:
    """What Lambda's poller sends."""
    return {
        "Records": [
            {
                "messageId": f"m{position}",
                "receiptHandle": f"handle-{position}",
                "body": body.decode() if isinstance(body, bytes) else body,
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1772366400000"},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:sluice-outcomes",
                "awsRegion": "eu-central-1",
            }
            for position, body in enumerate(bodies)
        ]
    }
