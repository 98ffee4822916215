"""`POST …/uploads` from API Gateway's event, without a framework: what is large waits long enough as it is."""

from collections.abc import Mapping
from typing import Any

from functions.inference.gateway_calls import call_from_event, in_format_2
from functions.inference.large_body_desk import LargeBodyDesk
from sluice.adapters.http_answer import HttpAnswer, json_answer
from sluice.adapters.http_errors import answer_for
from sluice.errors import SluiceError


def upload_answer(event: Mapping[str, Any], context: Any, *, model: str, desk: LargeBodyDesk) -> HttpAnswer | None:
    """The answer to an event in either format that asks for an upload of this model; None for any other."""
    is_format_2 = "rawPath" in event
    method = event["requestContext"]["http"]["method"] if is_format_2 else event.get("httpMethod")
    path = str(event.get("rawPath" if is_format_2 else "path"))
    if method != "POST" or not path.endswith(f"/v2/models/{model}/uploads"):
        return None
    call = call_from_event(event if is_format_2 else in_format_2(event), context, model=model)
    try:
        return json_answer(201, desk.offer(model, call.body))
    except SluiceError as error:
        return answer_for(error)
