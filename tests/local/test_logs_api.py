"""The CloudWatch Logs API as an unmodified boto3 client sees it, over a real HTTP server."""

from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError
from mypy_boto3_logs import CloudWatchLogsClient

from sluice.local.aws_endpoint.logs_api import logs_wsgi_app
from sluice.local.lambda_host.log_store import LogStore
from tests.local.lambda_fixtures import SetClock, served
from tests.plain_http import NO_TLS

GROUP = "/aws/lambda/inference-digits"


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def log_store(clock: SetClock) -> LogStore:
    return LogStore(clock=clock)


@pytest.fixture
def url(log_store: LogStore) -> Iterator[str]:
    with served(logs_wsgi_app(log_store)) as address:
        yield address


@pytest.fixture
def client(url: str) -> Iterator[CloudWatchLogsClient]:
    made = boto3.client("logs", endpoint_url=url, region_name="eu-central-1")
    yield made
    made.close()


def test_events_come_oldest_first_in_pages_that_boto3_can_follow(
    client: CloudWatchLogsClient, log_store: LogStore
) -> None:
    for number in range(5):
        log_store.append(GROUP, "stream", f"line {number}")

    paginator = client.get_paginator("filter_log_events")
    pages = list(paginator.paginate(logGroupName=GROUP, PaginationConfig={"PageSize": 2}))

    assert [len(page["events"]) for page in pages] == [2, 2, 1]
    events = [event for page in pages for event in page["events"]]
    assert [event["message"] for event in events] == [f"line {number}" for number in range(5)]
    assert {event["logStreamName"] for event in events} == {"stream"}
    assert len({event["eventId"] for event in events}) == 5


def test_end_time_is_the_last_moment_that_is_shown(
    client: CloudWatchLogsClient, log_store: LogStore, clock: SetClock
) -> None:
    last_ms = int(clock.now().timestamp() * 1000) + 1
    for number in range(3):
        log_store.append(GROUP, "stream", str(number))
        clock.move(milliseconds=1)

    answer = client.filter_log_events(logGroupName=GROUP, endTime=last_ms)

    assert [event["message"] for event in answer["events"]] == ["0", "1"]


def test_start_time_leaves_out_what_was_before(
    client: CloudWatchLogsClient, log_store: LogStore, clock: SetClock
) -> None:
    log_store.append(GROUP, "stream", "early")
    clock.move(minutes=1)
    log_store.append(GROUP, "stream", "late")

    start_ms = int(clock.now().timestamp() * 1000)
    (event,) = client.filter_log_events(logGroupName=GROUP, startTime=start_ms)["events"]

    assert (event["message"], event["timestamp"]) == ("late", start_ms)


def test_groups_are_described_by_prefix(client: CloudWatchLogsClient, log_store: LogStore) -> None:
    for group in (GROUP, "/aws/lambda/control", "/other"):
        log_store.append(group, "stream", "line")

    described = client.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]

    assert [group["logGroupName"] for group in described] == ["/aws/lambda/control", GROUP]


@pytest.mark.parametrize(
    ("call", "arguments", "code"),
    [
        ("filter_log_events", {"logGroupName": "/absent"}, "ResourceNotFoundException"),
        ("filter_log_events", {"logGroupName": GROUP, "filterPattern": "ERROR"}, "InvalidParameterException"),
        ("filter_log_events", {"logGroupName": GROUP, "nextToken": "abc"}, "InvalidParameterException"),
        ("filter_log_events", {"logGroupName": GROUP, "logStreamNames": ["s"]}, "InvalidParameterException"),
        ("describe_log_groups", {"logGroupNamePattern": "digits"}, "InvalidParameterException"),
        ("create_log_group", {"logGroupName": "/new"}, "UnknownOperationException"),
    ],
    ids=str,
)
def test_what_is_not_simulated_is_refused_and_not_ignored(
    client: CloudWatchLogsClient, log_store: LogStore, call: str, arguments: dict[str, Any], code: str
) -> None:
    log_store.append(GROUP, "stream", "line")

    with pytest.raises(ClientError) as refusal:
        getattr(client, call)(**arguments)

    assert refusal.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"\xff", b'{"logGroupName": 7}', b'{"logGroupName": ["g"]}', b'{"startTime": -1}']
)
def test_body_that_is_no_request_is_a_client_error(url: str, body: bytes) -> None:
    answer = httpx.post(url, content=body, headers={"X-Amz-Target": "Logs_20140328.FilterLogEvents"}, verify=NO_TLS)

    assert answer.status_code == 400
    assert answer.json()["__type"].endswith("Exception")
