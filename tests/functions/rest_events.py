"""The events of a REST API (payload format 1.0), made from those of an HTTP API (2.0) for the same request."""

from collections.abc import Mapping
from typing import Any

_INFERENCE = "/v2/models/risk"


def as_rest_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """As API Gateway sends it: no routeKey, no rawPath, nulls for what is absent, each header twice."""
    http = event["requestContext"]["http"]
    resource = _resource_of(event)
    return {
        "resource": resource,
        "path": http["path"],
        "httpMethod": http["method"],
        "headers": dict(event["headers"]),
        "multiValueHeaders": {name: [value] for name, value in event["headers"].items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": event.get("pathParameters"),
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource,
            "httpMethod": http["method"],
            "path": f"/sluice{http['path']}",
            "stage": "sluice",
            "protocol": "HTTP/1.1",
            "requestId": event["requestContext"]["requestId"],
            "identity": {"sourceIp": http["sourceIp"], "userArn": "arn:aws:iam::000000000000:user/caller"},
        },
        "body": event.get("body"),
        "isBase64Encoded": event["isBase64Encoded"],
    }


def _resource_of(event: Mapping[str, Any]) -> str:
    _, _, path = event["routeKey"].partition(" ")
    return path or f"{_INFERENCE}/{{proxy+}}"
