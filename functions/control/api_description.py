"""How the control API describes its routes, and the OpenAPI document that comes of it."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from functions.control.api_schemas import API_SCHEMAS

_MEANINGS = MappingProxyType(
    {
        201: "created",
        400: "the request breaks a rule; the message names the member",
        404: "there is no such definition or path",
        409: "the present state forbids it, or somebody else was faster; read again before another try",
        501: "not set up here",
        503: "a store failed or came too late; try again after the seconds in Retry-After",
    }
)
_PREFIX = "/v1"
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": '^"[1-9][0-9]{0,8}"$'},
    "description": "The revision that was read, in quotes; anything newer makes the change a 409.",
}


def describe(
    gives: str, *statuses: int, takes: str | None = None, query: Sequence[str] = (), is_conditional: bool = True
) -> dict[str, Any]:
    """Arguments for a FastAPI route: schemas of answer and body, other statuses, names of query parameters.

    What takes a body and `is_conditional` also takes the revision that was read.
    """
    responses: dict[int, Any] = {200: {"description": "done", "content": _json(gives)}}
    for status in (*statuses, 501):
        shape = gives if status == 201 else "Error"
        responses[status] = {"description": _MEANINGS[status], "content": _json(shape)}
    parameters = [{"name": name, "in": "query", "required": False, "schema": {"type": "string"}} for name in query]
    extra: dict[str, Any] = {"parameters": parameters}
    if takes:
        extra |= {
            "requestBody": {"required": True, "content": _json(takes)},
            "parameters": [*parameters, *([_IF_MATCH] if is_conditional else [])],
        }
    return {"responses": responses, "openapi_extra": extra}


def document_of(api: FastAPI) -> dict[str, Any]:
    """The document, with the paths as clients see them."""
    document = get_openapi(title=api.title, version=api.version, routes=api.routes)
    document["paths"] = {
        f"{_PREFIX}{path}": {method: _without_422(it) for method, it in operations.items()}
        for path, operations in document["paths"].items()
    }
    document["components"] = {"schemas": dict(API_SCHEMAS)}
    return document


def _without_422(operation: dict[str, Any]) -> dict[str, Any]:
    """FastAPI would document a 422 for path variables, which are text here and judged by the use cases."""
    return operation | {"responses": {it: each for it, each in operation["responses"].items() if it != "422"}}


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
