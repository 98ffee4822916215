"""Messages of SQS as a function gets them, and what its answer says of each. Pure.

(AWS Lambda developer guide, "Using Lambda with Amazon SQS" and "Implementing partial batch responses".)
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from sluice.local.lambda_host.invocation import Invocation

Message = Mapping[str, Any]
"""As ReceiveMessage gives it."""


def sqs_event(messages: Sequence[Message], *, queue_arn: str) -> dict[str, Any]:
    """The event of one batch."""
    return {"Records": [_record(message, queue_arn) for message in messages]}


def delivered(invocation: Invocation, messages: Sequence[Message]) -> Sequence[Message]:
    """The messages that are done with: all, if the answer names no failures; none, if it makes no sense."""
    if invocation.function_error is not None:
        return ()
    try:
        failed = _failed_ids(orjson.loads(invocation.payload))
    except (KeyError, TypeError, ValueError):
        return ()
    if not failed <= {message["MessageId"] for message in messages}:
        return ()
    return [message for message in messages if message["MessageId"] not in failed]


def _failed_ids(answer: Any) -> set[str]:
    """Raises KeyError, TypeError or ValueError for an answer that Lambda would take for a failure."""
    if not isinstance(answer, Mapping):
        return set()
    ids = {failure["itemIdentifier"] for failure in answer.get("batchItemFailures") or ()}
    if not all(isinstance(each, str) and each for each in ids):
        raise ValueError("a failure without a message id")
    return ids


def _record(message: Message, queue_arn: str) -> dict[str, Any]:
    region = queue_arn.split(":")[3]
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {name: _value(each) for name, each in message.get("MessageAttributes", {}).items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": region,
    }


def _value(attribute: Mapping[str, Any]) -> dict[str, Any]:
    """A message attribute; functions get its members' names with a small first letter, and two empty lists."""
    told = {name[0].lower() + name[1:]: value for name, value in attribute.items() if value is not None}
    return told | {"stringListValues": [], "binaryListValues": []}
