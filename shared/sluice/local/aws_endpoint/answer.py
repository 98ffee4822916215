"""Whole answers of the AWS endpoint, held in memory between the application and the wire."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

import orjson

from sluice.local.aws_endpoint.request import AwsRequest
from sluice.local.aws_errors import AwsError

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class WsgiAnswer:
    """A status line, headers and body."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def status_code(self) -> int:
        """The number at the head of the status line."""
        return int(self.status[:3])

    @property
    def succeeded(self) -> bool:
        """Whether the operation was carried out."""
        return self.status_code < 400

    def send(self, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a WSGI call with it."""
        start_response(self.status, list(self.headers))
        return [self.body]


def run_whole(application: WsgiApp, request: AwsRequest) -> WsgiAnswer:
    """Run an application to its end and keep the answer; what it raises passes through."""
    from werkzeug.test import run_wsgi_app

    chunks, status, headers = run_wsgi_app(application, request.to_wsgi(), buffered=True)
    return WsgiAnswer(status, tuple(headers.items()), b"".join(chunks))


def json_answer(status: int, document: Any) -> WsgiAnswer:
    """An answer of ours in JSON."""
    phrase = HTTPStatus(status).phrase
    return WsgiAnswer(f"{status} {phrase}", (("Content-Type", "application/json"),), orjson.dumps(document))


def refusal(error: AwsError, request: AwsRequest) -> WsgiAnswer:
    """The error in the protocol that the client speaks."""
    if request.speaks_json:
        return json_answer(error.status, {"__type": error.code, "message": error.message})
    told = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    # S3 reads the bare element, the query protocol the wrapped one.
    shape = f"<Error>{told}</Error>"
    document = shape if request.service == "s3" else f"<ErrorResponse>{shape}</ErrorResponse>"
    phrase = HTTPStatus(error.status).phrase
    return WsgiAnswer(f"{error.status} {phrase}", (("Content-Type", "text/xml"),), document.encode())
