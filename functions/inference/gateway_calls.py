"""From API Gateway's event to a prediction call, without a framework.

HTTP APIs send payload format 2.0, which everything here reads; REST APIs send format 1.0, which is translated first.
"""

from base64 import b64decode
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from functions.inference.content_coding import decoded_call
from sluice.inference.call import PredictionCall
from sluice.inference.own_call import OWN_MEMBER, own_call_of
from sluice.inference.wire_form import OPEN_INFERENCE, WireForm

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_TEMPLATES = ("POST /v2/models/{model}/infer", "POST /v2/models/{model}/versions/{model_version}/infer")


def hot_route_keys(model: str) -> frozenset[str]:
    """Every route key of the infer endpoint: with the model's own name, and with a path variable in its place.

    HTTP APIs cannot choose a function by a path variable, so deployed routes spell the name out.
    """
    return frozenset((*_TEMPLATES, *(template.replace("{model}", model) for template in _TEMPLATES)))


def rest_route_key(event: Mapping[str, Any]) -> str:
    """The route of a REST API's event, written as an HTTP API would; of any other event, no route at all."""
    return f"{event.get('httpMethod')} {event.get('resource')}"


def in_format_2(event: Mapping[str, Any]) -> dict[str, Any]:
    """A REST API's event with its headers as an HTTP API gives them: in lower case, repeated ones joined by a comma."""
    repeated = {name: ",".join(values) for name, values in (event.get("multiValueHeaders") or {}).items()}
    headers = {**(event.get("headers") or {}), **repeated}
    return {**event, "headers": {name.lower(): value for name, value in headers.items()}}


def call_from_event(
    event: Mapping[str, Any], context: Any, *, model: str, form: WireForm = OPEN_INFERENCE
) -> PredictionCall:
    """The call, from format 2.0, with headers in lower case; `model` is the name where the route has no variable."""
    headers = event.get("headers") or _NOTHING
    variables = event.get("pathParameters") or _NOTHING
    body = event.get("body") or ""
    call = PredictionCall(
        variables.get("model", model),
        variables.get("model_version"),
        # A lone surrogate becomes bytes that are no UTF-8, which the codec refuses like any other.
        b64decode(body) if event.get("isBase64Encoded") else body.encode("utf-8", "surrogatepass"),
        headers.get("content-type", ""),
        headers.get("inference-header-content-length"),
        headers.get("cache-control", ""),
        *call_identity(event, context),
    )
    if form is not OPEN_INFERENCE:
        call = call._replace(form=form)
    coding = headers.get("content-encoding")
    return call if coding is None else decoded_call(call, coding)


def call_identity(event: Mapping[str, Any], context: Any) -> tuple[Any, ...]:
    """The members of a call from `function_version` on: who runs it, under which ids, what is known of the caller.

    Nothing outside Lambda.
    """
    if context is None:
        return ()
    gateway = event["requestContext"]
    return (
        context.function_version,
        context.aws_request_id,
        gateway["requestId"],
        claims_of(event) if "authorizer" in gateway else _NOTHING,
        own_call_of(event) if OWN_MEMBER in event else None,
    )


def claims_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The claims of a token that API Gateway has verified; HTTP APIs nest them below `jwt`, REST APIs do not."""
    authorizer = event["requestContext"].get("authorizer")
    if not authorizer:
        return _NOTHING
    claims = authorizer.get("jwt", authorizer).get("claims") or {}
    return claims if isinstance(claims, dict) else {}
