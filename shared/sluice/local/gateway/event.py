"""From an HTTP request to the event that a Lambda function receives: payload format 2.0 of HTTP APIs.

Pure. The format is AWS's page "Create AWS Lambda proxy integrations for HTTP APIs". Which bodies travel as text is
not in that page; it was measured on AWS (github.com/ministackorg/ministack/pull/766): `text/*` and JSON, XML and
JavaScript do, everything else is base64, form posts and bodies without a type included.
"""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

from sluice.local.gateway.request import HttpRequest

GATEWAY_EVENT_START = b'{"version":"2.0","routeKey":'
"""What every event of the gateway begins with, and no other event of ours."""

_TEXT_TYPES = frozenset({"application/json", "application/xml", "application/javascript"})
# Cookies have a field of their own; the others describe one connection, not the request.
_NOT_PASSED_ON = frozenset(
    {"cookie", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect"}
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class GatewayIdentity:
    """Who the gateway says it is in every event."""

    api_id: str = "sluicelocal"
    account_id: str = "000000000000"
    domain_name: str = "localhost"
    stage: str = "$default"
    port: int = 80

    @property
    def domain_prefix(self) -> str:
        """The first label of the domain name."""
        return self.domain_name.partition(".")[0]


class RouteMatch(NamedTuple):
    """The route that won, and what its path variables caught (percent-decoded)."""

    route_key: str
    path_parameters: Mapping[str, str]


def to_event(
    request: HttpRequest, match: RouteMatch, *, identity: GatewayIdentity, request_id: str, now: datetime
) -> bytes:
    """The event as JSON; `now` is the moment the request arrived."""
    headers = _joined([(name.lower(), value) for name, value in request.headers])
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": match.route_key,
        "rawPath": request.decoded_path,
        "rawQueryString": request.raw_query,
        "headers": _forwarded(headers, request, identity),
        "requestContext": _context(request, headers, match, identity, request_id, now),
        "isBase64Encoded": False,
    }
    if "cookie" in headers:
        event["cookies"] = _cookies(request)
    if request.raw_query:
        event["queryStringParameters"] = _joined(parse_qsl(request.raw_query, keep_blank_values=True))
    if match.path_parameters:
        event["pathParameters"] = dict(match.path_parameters)
    event.update(_body(request.body, headers.get("content-type", "")))
    return orjson.dumps(event)


def common_log_time(moment: datetime) -> str:
    """The moment as Common Log Format writes it, whatever the locale of this process."""
    return f"{moment:%d}/{_MONTHS[moment.month - 1]}/{moment:%Y:%H:%M:%S %z}"


@lru_cache(maxsize=1)
def _log_second(epoch_seconds: int) -> str:
    return common_log_time(datetime.fromtimestamp(epoch_seconds, UTC))


def _context(
    request: HttpRequest,
    headers: Mapping[str, str],
    match: RouteMatch,
    identity: GatewayIdentity,
    request_id: str,
    now: datetime,
) -> dict[str, Any]:
    path, epoch_seconds = request.decoded_path, now.timestamp()
    return {
        "accountId": identity.account_id,
        "apiId": identity.api_id,
        "domainName": identity.domain_name,
        "domainPrefix": identity.domain_prefix,
        "http": {
            "method": request.method,
            "path": path,
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": request_id,
        "routeKey": match.route_key,
        "stage": identity.stage,
        "time": _log_second(int(epoch_seconds)),
        "timeEpoch": int(epoch_seconds * 1000),
    }


def _forwarded(headers: dict[str, str], request: HttpRequest, identity: GatewayIdentity) -> dict[str, str]:
    passed_on = headers.copy()
    for name in _NOT_PASSED_ON & headers.keys():
        del passed_on[name]
    came_from = headers.get("x-forwarded-for")
    passed_on["x-forwarded-for"] = f"{came_from}, {request.source_ip}" if came_from else request.source_ip
    passed_on["x-forwarded-port"] = str(identity.port)
    passed_on["x-forwarded-proto"] = "http"
    passed_on.setdefault("content-length", str(len(request.body)))
    return passed_on


def _cookies(request: HttpRequest) -> list[str]:
    lines = (value for name, value in request.headers if name.lower() == "cookie")
    return [cookie.strip() for line in lines for cookie in line.split(";") if cookie.strip()]


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body(body: bytes, content_type: str) -> dict[str, Any]:
    if not body:
        return {}
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type.startswith("text/") or media_type in _TEXT_TYPES:
        try:
            return {"body": body.decode("utf-8")}
        except UnicodeDecodeError:
            # Mislabelled or compressed bytes: text would not give them back unchanged.
            pass
    return {"body": base64.b64encode(body).decode("ascii"), "isBase64Encoded": True}
