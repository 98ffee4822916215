"""One request for the breast-cancer trees of `examples/`, as API Gateway hands it to Lambda."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MODEL = "breast-cancer"
FOLDER = Path(__file__).parents[1] / "examples" / MODEL
MODEL_FILE = FOLDER / "v2" / "model.onnx"
BODY = (FOLDER / "request.json").read_text()
FRAMEWORK_ROUTE = f"ANY /v2/models/{MODEL}/{{proxy+}}"
HOT_ROUTE = f"POST /v2/models/{MODEL}/infer"


def request_body(*, rows: int = 1, parameters: Mapping[str, Any] | None = None) -> str:
    """The JSON of the example's request, its row so many times over, with these parameters."""
    request = json.loads(BODY)
    for tensor in request["inputs"]:
        tensor["shape"][0] *= rows
        tensor["data"] *= rows
    return json.dumps(request | {"parameters": parameters} if parameters else request)


def an_event(
    route_key: str,
    body: str = BODY,
    *,
    headers: Mapping[str, str] | None = None,
    is_base64: bool = False,
) -> dict[str, Any]:
    """A request as API Gateway's event (HTTP API, payload 2.0), matched by `route_key`; `headers` beside the usual."""
    path = f"/v2/models/{MODEL}/infer"
    http = {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "bench"}
    context = {"accountId": "0", "apiId": "local", "domainName": "localhost", "requestId": "r", "stage": "$default"}
    return {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "host": "localhost", "accept": "*/*", **(headers or {})},
        "requestContext": context | {"http": http, "routeKey": route_key, "timeEpoch": 0},
        "body": body,
        "isBase64Encoded": is_base64,
    }


@dataclass(frozen=True)
class LambdaContext:
    """What Lambda hands to a handler beside the event."""

    function_name: str = f"inference-{MODEL}"
    function_version: str = "1"
    aws_request_id: str = "r"
    memory_limit_in_mb: int = 1769
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:000000000000:function:bench"
