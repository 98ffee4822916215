"""Requests of the OpenFeature Remote Evaluation Protocol, as values."""

from typing import Any

import orjson

from sluice.errors import InvalidRequest, MalformedBody
from sluice.experiments.flag_context import FlagContext, context_of

_DEPTH_LIMIT = 32


def read_context(body: bytes) -> FlagContext:
    """The context of a body; one without a context names no unit and no attributes.

    Raises MalformedBody for what is no JSON object, InvalidRequest (InvalidUnit) for a context that breaks a rule.
    """
    context = _document(body).get("context")
    if context is None:
        return FlagContext()
    if not isinstance(context, dict):
        raise InvalidRequest(f"context: it is a {type(context).__name__}, must be an object")
    if _is_deeper(context, _DEPTH_LIMIT):
        raise InvalidRequest(f"context: it is nested more than {_DEPTH_LIMIT} levels deep")
    return context_of(context)


def _document(body: bytes) -> dict[str, Any]:
    if not body:
        raise MalformedBody('the body is empty, must be an object: {"context": {"targetingKey": "…"}}')
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedBody(f"the body is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise MalformedBody(f"the body is a {type(document).__name__}, must be an object")
    return document


def _is_deeper(value: Any, level_count: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return level_count == 0 or any(_is_deeper(each, level_count - 1) for each in inner)
