"""The answers that the gateway gives in its own name.

| Cause                                      | Answer                              | Source |
|--------------------------------------------|-------------------------------------|--------|
| what is no HTTP/1.1                        | 400 Bad Request                     | RFC 9112; wording ours |
| no route                                   | 404 Not Found                       | developer guide, routes |
| body over 10 MiB                           | 413 Request Entity Too Large        | limit: quotas page; wording ours |
| Lambda refused the payload (over 6 MB)     | 413 Request Entity Too Large        | aws-lambda-dotnet#1990 |
| request line and headers over 10,240 bytes | 431 Request Header Fields Too Large | limit: quotas page; RFC 6585 |
| stage throttled                            | 429 Too Many Requests               | developer guide, throttling |
| Lambda throttled (429)                     | 503 Service Unavailable             | no capture found; see below |
| integration not done after 30 s            | 503 Service Unavailable (or 504)    | captures; see below |
| function error, unusable answer            | 500 Internal Server Error           | aws-lambda-dotnet's test tool |
| no such function or alias                  | 500 Internal Server Error           | troubleshooting page |

Timeouts: HTTP APIs were caught answering 503 `{"message":"Service Unavailable"}` (captures in
cortexlabs/cortex#1225, which shows the HTTP API's own `apigw-requestid`, serverless/serverless#11222 and
anomalyco/sst#2232), while AWS's knowledge centre ("api-gateway-504-errors") says 504 for HTTP APIs too. Captures beat
prose, so 503 is the default; `GatewaySettings.timeout_answer` takes GATEWAY_TIMEOUT for clients that must be tried
against it. For a throttled function AWS documents only that the caller sees a 5xx; 503 is the retryable one.
"""

from typing import NamedTuple

import orjson

from sluice.local.aws_errors import AwsError


class HttpAnswer(NamedTuple):
    """A complete HTTP answer; `headers` may repeat names."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def _own(status: int, message: str) -> HttpAnswer:
    return HttpAnswer(status, (("content-type", "application/json"),), orjson.dumps({"message": message}))


BAD_REQUEST = _own(400, "Bad Request")
NOT_FOUND = _own(404, "Not Found")
REQUEST_TOO_LARGE = _own(413, "Request Entity Too Large")
TOO_MANY_REQUESTS = _own(429, "Too Many Requests")
HEADERS_TOO_LARGE = _own(431, "Request Header Fields Too Large")
INTERNAL_SERVER_ERROR = _own(500, "Internal Server Error")
SERVICE_UNAVAILABLE = _own(503, "Service Unavailable")
GATEWAY_TIMEOUT = _own(504, "Gateway Timeout")

_BY_LAMBDA_CODE = {
    "RequestTooLargeException": REQUEST_TOO_LARGE,
    "RequestEntityTooLargeException": REQUEST_TOO_LARGE,
    "TooManyRequestsException": SERVICE_UNAVAILABLE,
}


def answer_to_lambda_refusal(error: AwsError) -> HttpAnswer:
    """What the client sees when Lambda itself refused the invocation."""
    return _BY_LAMBDA_CODE.get(error.code, INTERNAL_SERVER_ERROR)
