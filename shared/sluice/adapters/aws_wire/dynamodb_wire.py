"""DynamoDB's own protocol: JSON over a signed POST, one try per call."""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import orjson

from sluice.adapters.aws_wire.failures import NoAnswer, Refusal
from sluice.adapters.aws_wire.http_message import HttpRequest, HttpResponse
from sluice.adapters.aws_wire.signed_service import SignedService

_TARGET = "DynamoDB_20120810"
_JSON = "application/x-amz-json-1.0"
_OK = 200


class DynamoWire:
    """`dynamodb_calls.DynamoCalls` without an SDK. Threads may share it."""

    def __init__(self, service: SignedService) -> None:
        self._service = service

    def call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """See the port."""
        body = orjson.dumps(request, default=_as_text)
        headers = {"content-type": _JSON, "x-amz-target": f"{_TARGET}.{operation}"}
        return _read(self._service.send(HttpRequest("POST", "/", headers, body)))


def _read(response: HttpResponse) -> Mapping[str, Any]:
    checksum = response.headers.get("x-amz-crc32")
    if checksum is not None and checksum != str(zlib.crc32(response.body)):
        raise NoAnswer("the answer is not what its checksum says")
    try:
        members = orjson.loads(response.body)
    except ValueError:
        members = None
    if response.status != _OK:
        raise _refusal(response.status, members)
    if not isinstance(members, dict):
        raise NoAnswer("the answer is no JSON object")
    return {name: _with_bytes(value) for name, value in members.items()}


def _refusal(status: int, members: Any) -> Refusal:
    if not isinstance(members, dict) or "__type" not in members:
        return Refusal(f"HTTP status {status}", "", status=status)
    code = str(members["__type"]).rpartition("#")[2]
    message = members.get("message") or members.get("Message") or ""
    return Refusal(code, str(message), status=status, members=members)


def _as_text(value: Any) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"a {type(value).__name__} is no value of DynamoDB")


def _with_bytes(value: Any) -> Any:
    """The value with its binaries as bytes: on the wire they are base64 below a `B`."""
    if isinstance(value, list):
        return [_with_bytes(each) for each in value]
    if not isinstance(value, dict):
        return value
    binary = value.get("B") if len(value) == 1 else None
    if isinstance(binary, str):
        return {"B": _decoded(binary)}
    return {name: _with_bytes(each) for name, each in value.items()}


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError as error:
        raise NoAnswer("the answer holds a binary that is not base64") from error
