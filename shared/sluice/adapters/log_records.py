"""Inference records as CloudWatch Logs keeps them: the same calls on AWS and on the local plane."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sluice.adapters.failed_invocations import failed_invocation_on
from sluice.catalog.release import function_name_of
from sluice.errors import StoreUnavailable, UnknownFunction

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient

_LOG_GROUP_PREFIX = "/aws/lambda/"


def log_group_of(model: str, function_prefix: str = "") -> str:
    """The log group of the function that serves a model."""
    return f"{_LOG_GROUP_PREFIX}{function_name_of(model, function_prefix)}"


def configured_log_group(functions: "LambdaClient", model: str, function_prefix: str = "") -> str:
    """The same, where the function's configuration says another: whoever deployed it chose the name.

    A function that is not there has Lambda's default. Raises StoreUnavailable.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    name, default = function_name_of(model, function_prefix), log_group_of(model, function_prefix)
    try:
        found = functions.get_function_configuration(FunctionName=name)
    except functions.exceptions.ResourceNotFoundException:
        return default
    except (BotoCoreError, ClientError) as error:
        raise StoreUnavailable(f"function {name}", str(error)) from error
    return found.get("LoggingConfig", {}).get("LogGroup", default)


def _no_limit() -> None:
    """Read on."""


def log_events(
    client: "CloudWatchLogsClient",
    group: str,
    *,
    since: datetime,
    until: datetime | None = None,
    before_page: Callable[[], None] = _no_limit,
) -> Iterator[Any]:
    """The lines of a group written in [since, until), oldest first. Raises UnknownFunction, StoreUnavailable.

    `before_page` is called before each request, and may raise to stop the reading.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    end: dict[str, Any] = {} if until is None else {"endTime": _epoch_ms(until) - 1}
    pages = client.get_paginator("filter_log_events")
    before_page()
    try:
        for page in pages.paginate(logGroupName=group, startTime=_epoch_ms(since), **end):
            yield from page["events"]
            if "nextToken" in page:
                before_page()
    except client.exceptions.ResourceNotFoundException as error:
        raise UnknownFunction(f"log group {group} does not exist: nothing was predicted yet") from error
    except (BotoCoreError, ClientError) as error:
        raise StoreUnavailable(f"log group {group}", str(error)) from error


def record_on(event: Any) -> dict[str, Any] | None:
    """The inference record on a line, None for any other line."""
    try:
        record = json.loads(event["message"])
    except ValueError:
        return None
    return record if isinstance(record, dict) and record.get("record") == "inference" else None


class LogRecords:
    """The inference records of any model between two moments, oldest first; none if it never wrote a line.

    `group_of` gives the log group of a model's function. `at` is the log's time, a moment after the function's own: on
    the local plane only the log follows a moved clock. `before_page` is as in `log_events`. Requests that ended without
    a record are among them, as `failed_invocations` tells. Raises StoreUnavailable.
    """

    def __init__(
        self,
        client: "CloudWatchLogsClient",
        *,
        group_of: Callable[[str], str] = log_group_of,
        before_page: Callable[[], None] = _no_limit,
    ) -> None:
        self._client = client
        self._group_of = group_of
        self._before_page = before_page

    def __call__(self, model: str, since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
        """Those written in [since, until)."""
        group = self._group_of(model)
        try:
            for event in log_events(self._client, group, since=since, until=until, before_page=self._before_page):
                record = record_on(event) or failed_invocation_on(event, model)
                if record is not None:
                    yield record | {"at": _instant(event["timestamp"]).isoformat()}
        except UnknownFunction:
            return


def _epoch_ms(instant: datetime) -> int:
    # In whole numbers: a float would make some milliseconds one less.
    return (instant - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)


def _instant(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=epoch_ms)
