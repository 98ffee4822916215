"""CloudWatch Logs over HTTP: FilterLogEvents and DescribeLogGroups; everything else is refused by name."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson
from werkzeug import Request, Response

from sluice.local.aws_errors import AwsError
from sluice.local.lambda_host.log_store import FOREVER_MS, LogEvent, LogStore

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_TARGET_PREFIX = "Logs_20140328."
_MAX_EVENTS = 10_000
_FILTER_MEMBERS = frozenset(("logGroupName", "startTime", "endTime", "nextToken", "limit", "interleaved"))
_DESCRIBE_MEMBERS = frozenset(("logGroupNamePrefix", "limit"))


def logs_wsgi_app(log_store: LogStore) -> "WSGIApplication":
    """The API as a WSGI application."""

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        response = _answer(Request(environ), log_store)
        response.headers["x-amzn-RequestId"] = str(uuid4())
        return response(environ, start_response)

    return application


def _answer(request: Request, log_store: LogStore) -> Response:
    try:
        operation = _operation(request.headers.get("X-Amz-Target", ""))
        return _json(operation(_members(request.get_data()), log_store), status=200)
    except AwsError as error:
        return _json({"__type": error.code, "message": error.message}, status=error.status)


def _operation(target: str) -> Callable[[Mapping[str, Any], LogStore], dict[str, Any]]:
    operation = _OPERATIONS.get(target.removeprefix(_TARGET_PREFIX))
    if operation is None or not target.startswith(_TARGET_PREFIX):
        raise AwsError("UnknownOperationException", 400, f"The local plane does not simulate {target or 'this'}")
    return operation


def _filter_log_events(members: Mapping[str, Any], log_store: LogStore) -> dict[str, Any]:
    _check_members(members, _FILTER_MEMBERS)
    group = str(members.get("logGroupName"))
    if group not in log_store.groups():
        raise AwsError("ResourceNotFoundException", 400, "The specified log group does not exist.")
    page = log_store.read(
        group,
        start_ms=_whole_number(members, "startTime", 0),
        end_ms=_whole_number(members, "endTime", FOREVER_MS),
        from_sequence=_sequence(members.get("nextToken")),
        limit=_whole_number(members, "limit", _MAX_EVENTS, lowest=1),
    )
    answer: dict[str, Any] = {"events": [_event(event) for event in page.events], "searchedLogStreams": []}
    if page.next_sequence is not None:
        answer["nextToken"] = str(page.next_sequence)
    return answer


def _describe_log_groups(members: Mapping[str, Any], log_store: LogStore) -> dict[str, Any]:
    _check_members(members, _DESCRIBE_MEMBERS)
    prefix = str(members.get("logGroupNamePrefix") or "")
    groups = log_store.groups()
    found = [name for name in groups if name.startswith(prefix)]
    return {"logGroups": [{"logGroupName": name, "creationTime": groups[name]} for name in found]}


_OPERATIONS: Mapping[str, Callable[[Mapping[str, Any], LogStore], dict[str, Any]]] = {
    "FilterLogEvents": _filter_log_events,
    "DescribeLogGroups": _describe_log_groups,
}


def _members(body: bytes) -> Mapping[str, Any]:
    try:
        members = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise AwsError("SerializationException", 400, str(error)) from error
    if not isinstance(members, dict):
        raise AwsError("SerializationException", 400, "The request body must be a JSON object")
    return members


def _check_members(members: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(name for name, value in members.items() if name not in known and value not in (None, ""))
    if unknown:
        raise _invalid(f"The local plane does not simulate {', '.join(unknown)}")


def _whole_number(members: Mapping[str, Any], name: str, default: int, *, lowest: int = 0) -> int:
    value = members.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < lowest:
        raise _invalid(f"{name} must be a whole number of at least {lowest}")
    return value


def _sequence(token: Any) -> int:
    if token is None:
        return 0
    if not (isinstance(token, str) and token.isascii() and token.isdecimal()):
        raise _invalid("The specified nextToken is invalid.")
    return int(token)


def _event(event: LogEvent) -> dict[str, Any]:
    return {
        "logStreamName": event.stream,
        "timestamp": event.timestamp_ms,
        "message": event.message,
        "ingestionTime": event.timestamp_ms,
        "eventId": f"{event.sequence:056d}",
    }


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", 400, message)


def _json(document: dict[str, Any], *, status: int) -> Response:
    return Response(orjson.dumps(document), status=status, content_type="application/x-amz-json-1.1")
