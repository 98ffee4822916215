"""Which routes of a template anybody may call. No environment has one; a new route must come with authorization."""

from collections.abc import Iterator, Mapping
from typing import Any

_ROUTES = {"AWS::ApiGatewayV2::Route": "RouteKey", "AWS::ApiGateway::Method": "HttpMethod"}
_OPEN_BY_NATURE = {"AWS::Lambda::Url"}
_NEEDS_AN_AUTHORIZER = {"JWT", "CUSTOM", "COGNITO_USER_POOLS"}
_CLOSED = {"AWS_IAM", *_NEEDS_AN_AUTHORIZER}


def open_routes(template: Mapping[str, Any]) -> list[str]:
    """Every route of the template (as JSON) without authorization: its logical id, and what it takes."""
    return [name for id_, resource in template["Resources"].items() for name in _open(id_, resource)]


def routes_in(template: Mapping[str, Any]) -> list[str]:
    """The logical ids of all routes, so that a check over them can show that it had something to check."""
    return [id_ for id_, resource in template["Resources"].items() if resource["Type"] in _ROUTES]


def _open(logical_id: str, resource: Mapping[str, Any]) -> Iterator[str]:
    kind, properties = resource["Type"], resource.get("Properties", {})
    if kind in _ROUTES and not _is_closed(properties):
        yield f"{logical_id}: {properties[_ROUTES[kind]]}"
    if kind in _OPEN_BY_NATURE and properties.get("AuthType") != "AWS_IAM":
        yield f"{logical_id}: a function URL"


def _is_closed(properties: Mapping[str, Any]) -> bool:
    kind = properties.get("AuthorizationType")
    return kind in _CLOSED and (kind not in _NEEDS_AN_AUTHORIZER or "AuthorizerId" in properties)
