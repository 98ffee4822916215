"""The OpenAPI document of an inference function: the protocol's shapes, and its own model's tensors."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from functions.inference.protocol_schemas import PROTOCOL_SCHEMAS
from functions.inference.row_schemas import invocations_request_schema, predict_request_schema
from functions.inference.tensor_schemas import infer_request_example, infer_request_schema
from sluice.inference.served_release import ServedRelease

_MEANINGS = {
    400: "the request breaks a rule; the message names it",
    404: "no such model, model version or upload here",
    406: "nothing that Accept names can be given",
    409: "nothing has been uploaded yet to what the request refers to",
    413: "the request or its response is over the payload limit",
    415: "a media type, character set or content coding that is not read here",
    500: "the model failed on this request",
    501: "a part of the protocol that is not offered",
    503: "not ready; try again after the seconds in Retry-After",
}


BYTES = {"schema": {"type": "string", "format": "binary"}}
"""A body that is no text."""


def describe(gives: str, *errors: int, takes: str | None = None, status: int = 200) -> dict[str, Any]:
    """Arguments for a FastAPI route: schema of the answer, documented errors, schema of the request's body."""
    responses: dict[int, Any] = {status: {"description": _MEANINGS.get(status, "done"), "content": _json(gives)}}
    for error in errors:
        shape = gives if error == 503 and gives.endswith("Ready") else "Error"
        responses[error] = {"description": _MEANINGS[error], "content": _json(shape)}
    body = {"requestBody": {"required": True, "content": _json(takes)}} if takes else {}
    return {"responses": responses, "openapi_extra": body}


def document_of(app: FastAPI, release: ServedRelease) -> dict[str, Any]:
    """The document, with the model's name in the paths and its default version's tensors in the request."""
    name = release.content.model.name
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    document["paths"] = {
        path.replace("{model}", name).replace("{base}", name): {
            method: _operation(it, path) for method, it in operations.items()
        }
        for path, operations in document["paths"].items()
    }
    signature = release.choose(name, None).version.released.signature
    schemas = {**PROTOCOL_SCHEMAS, "InferRequest": infer_request_schema(signature)}
    schemas["PredictRequest"] = predict_request_schema(signature)
    schemas["InvocationsRequest"] = invocations_request_schema(signature)
    schemas["InferRequest"]["examples"] = [infer_request_example(signature)]
    document["components"] = {"schemas": schemas}
    return document


def _operation(operation: dict[str, Any], path: str) -> dict[str, Any]:
    is_versioned = "{model_version}" in path
    version = {"name": "model_version", "in": "path", "required": True, "schema": {"type": "string"}}
    # FastAPI would document a 422 for path variables, which are strings here and cannot be invalid.
    responses = {status: it for status, it in operation["responses"].items() if status != "422"}
    kept = {key: it for key, it in operation.items() if key not in ("parameters", "operationId")}
    return kept | {"responses": responses} | ({"parameters": [version]} if is_versioned else {})


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
