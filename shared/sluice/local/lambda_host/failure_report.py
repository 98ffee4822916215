"""The line that Lambda writes when an invocation ends in an error, so that readers of the log can count it.

A function that crashes, runs out of time or cannot start leaves no record of its own; this line is all that is seen of
the request. Successful invocations have none here, and durations are not in it: the gateway's records have those.
"""

import orjson

from sluice.local.lambda_host.environment import LogLine

_TIMED_OUT = "Sandbox.Timedout"


def report_failure(write_line: LogLine, request_id: str, document: bytes) -> None:
    """Write it; `document` is what the request was answered with."""
    error_type = _error_type(document)
    outcome = "timeout" if error_type == _TIMED_OUT else f"error\tError Type: {error_type}"
    write_line(f"REPORT RequestId: {request_id}\tStatus: {outcome}")


def _error_type(document: bytes) -> str:
    """What the runtime says, which may be anything."""
    try:
        return str(orjson.loads(document)["errorType"])
    except (ValueError, KeyError, TypeError):
        return "Unhandled"
