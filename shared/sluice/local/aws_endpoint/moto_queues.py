"""What moto leaves open about SQS: who waits for messages holds up nobody, and who finds none changes nothing."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Event
from typing import Any

import orjson

from sluice.local.aws_endpoint.answer import WsgiAnswer
from sluice.local.aws_endpoint.request import AwsRequest
from sluice.local.aws_errors import AwsError

_LONGEST_WAIT_SECONDS = 20
_LOOK_AGAIN_SECONDS = 0.1


def is_receive(request: AwsRequest) -> bool:
    """Whether it asks for messages."""
    return request.service == "sqs" and request.operation == "ReceiveMessage"


def receive(request: AwsRequest, answer: Callable[[AwsRequest], WsgiAnswer], ending: Event) -> WsgiAnswer:
    """Answer with messages as soon as there are any, else when the request's WaitTimeSeconds are over.

    moto would wait inside its one lock, and nothing could be sent meanwhile.
    """
    members = _members(request)
    seconds = members.get("WaitTimeSeconds") or 0
    if type(seconds) is not int or not 0 <= seconds <= _LONGEST_WAIT_SECONDS:
        raise AwsError("InvalidParameterValue", 400, f"WaitTimeSeconds must be 0 to {_LONGEST_WAIT_SECONDS}")
    at_once = replace(request, body=orjson.dumps(members | {"WaitTimeSeconds": 0}))
    until = time.monotonic() + seconds
    while True:
        found = answer(at_once)
        if not found.succeeded or b'"Messages"' in found.body or time.monotonic() >= until:
            return found
        if ending.wait(_LOOK_AGAIN_SECONDS):
            raise AwsError("ServiceUnavailable", 503, "the local plane is stopping")


def state_of_queues(account_id: str) -> Sequence[tuple[str, int, int]]:
    """Each queue's messages, and how often they were received in all: what asking for messages may change."""
    from moto.sqs.models import sqs_backends

    queues = (queue for backend in sqs_backends[account_id].values() for queue in backend.queues.values())
    # moto shows what is visible; what is not is counted too.
    held = ((queue.queue_arn, queue._messages) for queue in queues)  # noqa: SLF001
    return [(arn, len(messages), sum(it.approximate_receive_count for it in messages)) for arn, messages in held]


def _members(request: AwsRequest) -> dict[str, Any]:
    try:
        members = orjson.loads(request.body or b"{}")
    except orjson.JSONDecodeError as error:
        raise AwsError("SerializationException", 400, str(error)) from error
    if not isinstance(members, dict):
        raise AwsError("SerializationException", 400, "The request body must be a JSON object")
    return members
