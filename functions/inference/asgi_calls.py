"""From a request of the framework to a prediction call, as `gateway_calls.py` makes it from an event."""

from fastapi import Request

from functions.inference.content_coding import decoded_call
from functions.inference.gateway_calls import call_identity
from sluice.inference.call import PredictionCall
from sluice.inference.wire_form import OPEN_INFERENCE, WireForm


async def call_from_request(
    request: Request, model: str, model_version: str | None = None, *, form: WireForm = OPEN_INFERENCE
) -> PredictionCall:
    """The call; what API Gateway and Lambda know of it is in the event that the request was made from."""
    headers = request.headers
    call = PredictionCall(
        model,
        model_version,
        await request.body(),
        headers.get("content-type", ""),
        headers.get("inference-header-content-length"),
        headers.get("cache-control", ""),
        *call_identity(request.scope.get("aws.event", {}), request.scope.get("aws.context")),
    )._replace(form=form)
    coding = headers.get("content-encoding")
    return call if coding is None else decoded_call(call, coding)
