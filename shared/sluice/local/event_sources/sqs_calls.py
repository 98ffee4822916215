"""SQS of this plane, asked in process: a poller needs no socket to its own endpoint."""

from typing import Any

import orjson

from sluice.local.aws_endpoint.moto_application import MotoApplication
from sluice.local.aws_endpoint.request import AwsRequest
from sluice.local.aws_errors import AwsError


class SqsCalls:
    """Carries out SQS operations on the plane's moto. Thread-safe; a call blocks for a few milliseconds."""

    def __init__(self, moto: MotoApplication, *, region: str, account_id: str) -> None:
        self._moto = moto
        self._arn_prefix = f"arn:aws:sqs:{region}:{account_id}:"
        self._scope = f"AWS4-HMAC-SHA256 Credential=local/20000101/{region}/sqs/aws4_request"
        self._host = f"sqs.{region}.amazonaws.com"

    def queue_arn(self, queue_name: str) -> str:
        """What AWS calls the queue."""
        return self._arn_prefix + queue_name

    def call(self, operation: str, **members: Any) -> dict[str, Any]:
        """The answer's document. Raises AwsError, as a client of the endpoint would be told."""
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/",
            "HTTP_HOST": self._host,
            "HTTP_X_AMZ_TARGET": f"AmazonSQS.{operation}",
            "HTTP_AUTHORIZATION": self._scope,
            "CONTENT_TYPE": "application/x-amz-json-1.0",
        }
        answer = self._moto.answer(AwsRequest(environ, orjson.dumps(members)))
        document: dict[str, Any] = orjson.loads(answer.body or b"{}")
        if not answer.succeeded:
            raise AwsError(document.get("__type", "Unknown"), answer.status_code, document.get("message", ""))
        return document
