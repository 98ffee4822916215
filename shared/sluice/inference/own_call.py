"""Calls of our own, to warm a candidate or to send it a copy: told from clients' calls by a member of the event.

The member is no header and no parameter on purpose: API Gateway makes the event's root, so no client can give its
requests the mark, and so hide them from the guardrails.
"""

from base64 import b64encode
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sluice.frozen import frozen
from sluice.inference.binary_body import LENGTH_HEADER

OWN_MEMBER = "sluice"
_OPEN_INFERENCE = "v2"
_ENDS = {_OPEN_INFERENCE: "/infer", "v1": "/v1/models/{model}:predict", "invocations": "/invocations"}


class Purpose(StrEnum):
    """What a call of ours is for."""

    WARM_UP = "warm-up"
    SHADOW = "shadow"


@frozen
class OwnCall:
    """Why we call; `copy_of` is the prediction id of the request that this one repeats."""

    purpose: Purpose
    copy_of: str = ""


def own_call_of(event: Mapping[str, Any]) -> OwnCall | None:
    """What the event says of itself; None for a client's."""
    found = event.get(OWN_MEMBER)
    if not isinstance(found, dict) or found.get("purpose") not in list(Purpose):
        return None
    return OwnCall(Purpose(found["purpose"]), str(found.get("copy_of", "")))


def infer_event(
    model: str,
    body: bytes,
    own: OwnCall,
    *,
    media_type: str = "application/json",
    json_bytes: str | None = None,
    model_version: str | None = None,
    protocol: str = _OPEN_INFERENCE,
) -> dict[str, Any]:
    """An event as API Gateway would send it (payload format 2.0) for this request, with our mark.

    `json_bytes` is the header of the binary tensor extension, None without it. `protocol` is what a record calls the
    form in which the request is written.
    """
    base = f"/v2/models/{model}" + ("" if model_version is None else f"/versions/{model_version}")
    place = base + _ENDS.get(protocol, _ENDS[_OPEN_INFERENCE]).format(model=model)
    hot_key = f"POST /v2/models/{model}{'' if model_version is None else '/versions/{model_version}'}/infer"
    return {
        "version": "2.0",
        "routeKey": hot_key if place.endswith("/infer") else f"ANY /v2/models/{model}/{{proxy+}}",
        "rawPath": place,
        "rawQueryString": "",
        "headers": {"content-type": media_type} | ({} if json_bytes is None else {LENGTH_HEADER.lower(): json_bytes}),
        "requestContext": {
            "http": {"method": "POST", "path": place, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
            "requestId": "",
        },
        "pathParameters": {} if model_version is None else {"model_version": model_version},
        "body": b64encode(body).decode("ascii"),
        "isBase64Encoded": True,
        OWN_MEMBER: {"purpose": own.purpose, "copy_of": own.copy_of},
    }
