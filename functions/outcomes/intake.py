"""`POST /v1/outcomes`, from API Gateway's event to one use case and back."""

from binascii import Error as NotBase64
from typing import Any

import orjson
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from sluice.adapters.http_answer import HttpAnswer, json_answer
from sluice.errors import MalformedBody, NotAvailable, PayloadTooLarge
from sluice.experiments.outcome_request import KEY_HEADER
from sluice.usecases.accept_outcomes import Intake, IntakePorts, accept_outcomes

BODY_LIMIT_BYTES = 1024 * 1024
"""Room for a hundred outcomes, each with every member at its longest."""

_BATCH = "outcomes"


def take_in(event: dict[str, Any], *, ports: IntakePorts) -> HttpAnswer:
    """Answer the request. Raises SluiceError for one that is refused as a whole, before anything was accepted."""
    # What is read here looks the same in a REST API's event (payload format 1.0).
    request = APIGatewayProxyEventV2(event)
    intake = accept_outcomes(_items(_body(request)), request.headers.get(KEY_HEADER), ports=ports)
    return _answer(intake)


def _answer(intake: Intake) -> HttpAnswer:
    refused = [
        {"index": each.index, "field": each.field, "error": each.error, "retry": each.retry} for each in intake.refused
    ]
    document = {"accepted": len(intake.accepted), "refused": refused}
    if intake.accepted:
        return json_answer(202, document)
    if any(each.retry for each in intake.refused):
        error = "no outcome was accepted: the queue took none; send the same again later"
        return json_answer(503, {"error": error, **document}, {"retry-after": str(NotAvailable.retry_after_seconds)})
    return json_answer(400, {"error": "no outcome was accepted; `refused` says why", **document})


def _body(request: APIGatewayProxyEventV2) -> bytes:
    try:
        body = (request.decoded_body or "").encode()
    except (NotBase64, UnicodeError) as error:
        raise MalformedBody("body: it is not UTF-8") from error
    if len(body) > BODY_LIMIT_BYTES:
        raise PayloadTooLarge(len(body), BODY_LIMIT_BYTES)
    return body


def _items(body: bytes) -> list[Any]:
    """The outcomes of a body: itself, or the members of its list. Raises MalformedBody."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedBody(f"body: it is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise MalformedBody("body: it must be an object")
    if _BATCH not in document:
        return [document]
    items = document[_BATCH]
    if not isinstance(items, list) or len(document) > 1:
        raise MalformedBody(f"body: beside `{_BATCH}`, which is a list, there is nothing else")
    return items
