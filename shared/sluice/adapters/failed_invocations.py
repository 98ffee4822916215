"""Requests that a function version never answered, as the log tells them: crash, time-out, an init that fails.

They leave no record of their own. Lambda's REPORT line says how they ended, the name of the log stream which function
version had them. Calls that we make ourselves past the alias are among them, for nothing on the line tells them apart.
"""

import re
from typing import Any

_REPORT = re.compile(r"REPORT RequestId: \S+\t(?:.*\t)?Status: (error|timeout)(?:\tError Type: (\S+))?")
_STREAM = re.compile(r"\[(\d+)\]")


def failed_invocation_on(event: Any, model: str) -> dict[str, Any] | None:
    """What a record would say of it, None for any other line."""
    failed = _REPORT.match(event["message"])
    version = _STREAM.search(event.get("logStreamName", ""))
    if failed is None or version is None:
        return None
    status, error_type = failed.groups()
    return {
        "record": "inference",
        "model": model,
        "function_version": version.group(1),
        "error": {"class": error_type or status},
        "ServerErrors": 1,
    }
