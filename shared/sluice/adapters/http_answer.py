"""A JSON answer over HTTP, free of any framework."""

from dataclasses import dataclass, field
from typing import Any

import orjson

_JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, JSON body, and headers beside Content-Type and Content-Length."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    def to_event(self) -> dict[str, Any]:
        """The answer of a Lambda function behind an HTTP API, payload format 2.0."""
        return {
            "statusCode": self.status,
            "headers": {**self.headers, "content-length": str(len(self.body)), **_JSON},
            "body": self.body.decode(),
            "isBase64Encoded": False,
        }


def json_answer(status: int, document: Any, headers: dict[str, str] | None = None) -> HttpAnswer:
    """An answer whose body is `document`."""
    return HttpAnswer(status, orjson.dumps(document), headers or {})
