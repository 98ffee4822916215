"""An answer over HTTP, free of any framework."""

from base64 import b64encode
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

JSON = "application/json"
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class HttpAnswer(NamedTuple):
    """Status, body, and headers beside Content-Type and Content-Length; text unless `is_binary`."""

    status: int
    body: bytes
    headers: Mapping[str, str] = _NO_HEADERS
    media_type: str = JSON
    is_binary: bool = False

    def to_event(self) -> dict[str, Any]:
        """The answer of a Lambda function behind an HTTP API, payload format 2.0."""
        body = self.body
        return {
            "statusCode": self.status,
            "headers": {**self.headers, "content-length": str(len(body)), "content-type": self.media_type},
            "body": b64encode(body).decode("ascii") if self.is_binary else body.decode(),
            "isBase64Encoded": self.is_binary,
        }


def json_answer(status: int, document: Any, headers: Mapping[str, str] | None = None) -> HttpAnswer:
    """An answer whose body is `document`."""
    return HttpAnswer(status, orjson.dumps(document), headers or _NO_HEADERS)
