"""The Lambda API's Invoke: RequestResponse, DryRun, and Event, which is tried once here and not three times."""

import orjson
from werkzeug import Response

from sluice.local.aws_errors import AwsError
from sluice.local.lambda_api.call import ApiCall
from sluice.local.lambda_control.refusals import invalid_value, request_too_large

_EVENT_LIMIT_BYTES = 1024 * 1024


def invoke_function(call: ApiCall) -> Response:
    """Invoke, and wait for the answer unless the caller does not."""
    headers = call.request.headers
    kind = headers.get("X-Amz-Invocation-Type", "RequestResponse")
    if kind not in ("RequestResponse", "DryRun", "Event"):
        raise invalid_value(f"The local plane does not simulate the invocation type {kind}")
    if headers.get("X-Amz-Log-Type", "None") != "None":
        raise invalid_value("The local plane returns no log tail; read the function's log group")
    call.functions.get_version(call.function_name, call.qualifier)
    if kind == "DryRun":
        return Response(status=204)
    event = _event(call.request.get_data())
    return _invoke_later(call, event) if kind == "Event" else _invoke_now(call, event)


def _event(body: bytes) -> bytes:
    if not body:
        return b"{}"
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError as error:
        message = f"Could not parse request body into json: {error}"
        raise AwsError("InvalidRequestContentException", 400, message) from error
    return body


def _invoke_later(call: ApiCall, event: bytes) -> Response:
    if len(event) > _EVENT_LIMIT_BYTES:
        raise request_too_large(_EVENT_LIMIT_BYTES)
    call.post(call.function_name, call.qualifier or "", event)
    return Response(status=202)


def _invoke_now(call: ApiCall, event: bytes) -> Response:
    invocation = call.invoke(call.function_name, call.qualifier or "", event)
    response = Response(invocation.payload, content_type="application/json")
    response.headers["X-Amz-Executed-Version"] = invocation.executed_version
    if invocation.function_error is not None:
        response.headers["X-Amz-Function-Error"] = invocation.function_error
    return response
