"""One AWS API request as the local plane sees it: its service, its operation, and whether it changes anything."""

import re
import sys
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from sluice.local.aws_errors import AwsError

_SCOPE = re.compile(r"Credential=[^/,\s]*/\d{8}/([^/]+)/([^/]+)/aws4_request")
_PRESIGNED = re.compile(r"X-Amz-Credential=[^&]*?%2F\d{8}%2F([^&]+?)%2F([^&]+?)%2Faws4_request", re.IGNORECASE)
_TARGET_SERVICES = {
    "AmazonSQS": "sqs",
    "DynamoDB_20120810": "dynamodb",
    "DynamoDBStreams_20120810": "dynamodb",
    "Logs_20140328": "logs",
    "AWSStepFunctions": "states",
}
_READS = ("Get", "BatchGet", "TransactGet", "Query", "Scan", "Describe", "List", "Assume")
# Answers to a task that waits: an execution that begins anew asks again, with another token.
_OF_THE_MOMENT = ("SendTask",)


@dataclass(frozen=True, slots=True)
class AwsRequest:
    """A WSGI environment whose body has been read; `environ` holds only text and moto's own markers."""

    environ: dict[str, Any]
    body: bytes

    @classmethod
    def read(cls, environ: dict[str, Any]) -> "AwsRequest":
        """Read the body off the wire, so that a slow client holds nothing up but itself.

        Raises AwsError (400) for a length that is none, and for a body that ends before it: half an object is none.
        """
        stream = environ["wsgi.input"]
        # A chunked body ends by itself; the server has already taken the chunks apart.
        body = stream.read() if environ.get("wsgi.input_terminated") else _measured_body(environ, stream)
        kept = {key: value for key, value in environ.items() if not key.startswith(("wsgi.", "werkzeug."))}
        kept.pop("HTTP_TRANSFER_ENCODING", None)
        return cls(kept, body)

    @property
    def service(self) -> str:
        """The signing name of the service: from the target, the signature or a presigned query; else s3."""
        target = self.environ.get("HTTP_X_AMZ_TARGET", "").partition(".")[0]
        if target in _TARGET_SERVICES:
            return _TARGET_SERVICES[target]
        signed = _SCOPE.search(self.environ.get("HTTP_AUTHORIZATION", ""))
        presigned = _PRESIGNED.search(self.environ.get("QUERY_STRING", ""))
        scope = signed or presigned
        return scope[2].lower() if scope else "s3"

    @property
    def operation(self) -> str:
        """The operation, where the protocol names it in a header (DynamoDB, SQS); else empty."""
        target: str = self.environ.get("HTTP_X_AMZ_TARGET", "")
        return target.partition(".")[2]

    @property
    def changes_state(self) -> bool:
        """Whether the operation may change what later reads see, also after a restart; in doubt it may."""
        if self.service == "s3":
            return self.environ["REQUEST_METHOD"] not in ("GET", "HEAD", "OPTIONS")
        operation = self.operation
        return not operation.startswith((*_READS, *_OF_THE_MOMENT)) if operation else self.service != "sts"

    @property
    def speaks_json(self) -> bool:
        """Whether the client expects errors in JSON rather than XML."""
        return "HTTP_X_AMZ_TARGET" in self.environ or "json" in self.environ.get("CONTENT_TYPE", "")

    def to_wsgi(self) -> dict[str, Any]:
        """A fresh environment to run an application on."""
        return {
            **self.environ,
            "CONTENT_LENGTH": str(len(self.body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(self.body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }


def _measured_body(environ: dict[str, Any], stream: IO[bytes]) -> bytes:
    length = environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        raise AwsError("InvalidArgument", 400, f"Content-Length {length!r} is no number of bytes")
    body = stream.read(int(length))
    if len(body) < int(length):
        message = "You did not provide the number of bytes specified by the Content-Length HTTP header."
        raise AwsError("IncompleteBody", 400, message)
    return body
