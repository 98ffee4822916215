"""The Lambda API as an unmodified boto3 client sees it, over a real HTTP server."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from mypy_boto3_lambda import LambdaClient

from sluice.local.lambda_api.application import lambda_wsgi_app
from sluice.local.lambda_control.function import FunctionCode
from sluice.local.lambda_control.function_code import zip_of
from sluice.local.lambda_control.functions import LambdaFunctions
from tests.local.lambda_fixtures import IN_PROCESS, ROLE, TINY_ZIP, a_host, loop_in_thread, served
from tests.plain_http import NO_TLS

OTHER_ZIP = zip_of({"tiny.py": b"OTHER = True\n"})


@contextmanager
def lambda_api(functions: LambdaFunctions) -> Iterator[str]:
    with loop_in_thread() as loop:

        async def host_for_ever(started: asyncio.Future[Any], ended: asyncio.Event) -> None:
            async with a_host(functions, IN_PROCESS) as host:
                started.set_result(host)
                await ended.wait()

        async def begin() -> tuple[Any, asyncio.Event, asyncio.Task[None]]:
            started, ended = loop.create_future(), asyncio.Event()
            task = asyncio.create_task(host_for_ever(started, ended))
            return await started, ended, task

        host, ended, task = asyncio.run_coroutine_threadsafe(begin(), loop).result()

        async def finish() -> None:
            ended.set()
            await task

        try:
            with served(lambda_wsgi_app(functions, host, loop)) as url:
                yield url
        finally:
            asyncio.run_coroutine_threadsafe(finish(), loop).result()


@pytest.fixture
def url() -> Iterator[str]:
    with lambda_api(LambdaFunctions()) as address:
        yield address


@pytest.fixture
def client(url: str) -> Iterator[LambdaClient]:
    made = boto3.client(
        "lambda", endpoint_url=url, region_name="eu-central-1", config=Config(retries={"max_attempts": 0})
    )
    yield made
    made.close()


def create(client: LambdaClient, name: str = "f", **more: Any) -> Any:
    return client.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=more.pop("Role", ROLE),
        Handler="tiny.handler",
        Code={"ZipFile": more.pop("ZipFile", TINY_ZIP)},
        **more,
    )


def code_of(refusal: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    response = refusal.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_function_is_created_with_aws_defaults_and_its_digest(client: LambdaClient) -> None:
    created = create(client, Environment={"Variables": {"MODEL": "digits"}})
    client.get_waiter("function_active_v2").wait(FunctionName="f")
    read = client.get_function(FunctionName="f")["Configuration"]

    assert created["CodeSha256"] == FunctionCode.of(TINY_ZIP).code_sha256
    assert (read["Timeout"], read["MemorySize"], read["Version"]) == (3, 128, "$LATEST")
    assert read["FunctionArn"] == "arn:aws:lambda:eu-central-1:000000000000:function:f"
    assert read["Environment"] == {"Variables": {"MODEL": "digits"}}
    assert read["RevisionId"] == created["RevisionId"]
    assert read["Architectures"] == ["x86_64"]


def test_invocation_through_an_alias_names_the_executed_version(client: LambdaClient) -> None:
    create(client, Publish=True)
    client.create_alias(FunctionName="f", Name="live", FunctionVersion="1")

    by_qualifier = client.invoke(FunctionName="f", Qualifier="live", Payload=b'{"row": [1]}')
    by_arn = client.invoke(FunctionName="arn:aws:lambda:eu-central-1:000000000000:function:f:live")

    assert (by_qualifier["StatusCode"], by_qualifier["ExecutedVersion"]) == (200, "1")
    assert "FunctionError" not in by_qualifier
    answer = json.loads(by_qualifier["Payload"].read())
    assert answer["event"] == {"row": [1]}
    assert answer["invoked_function_arn"].endswith(":function:f:live")
    assert json.loads(by_arn["Payload"].read())["event"] == {}


def test_function_error_comes_with_its_header_and_document(client: LambdaClient) -> None:
    create(client)

    answer = client.invoke(FunctionName="f", Payload=json.dumps({"do": "fail", "message": "no"}).encode())

    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert json.loads(answer["Payload"].read())["errorType"] == "ValueError"


def test_dry_run_answers_without_running_the_function(client: LambdaClient) -> None:
    create(client)

    answer = client.invoke(FunctionName="f", InvocationType="DryRun", Payload=b'{"do": "fail", "message": "no"}')

    assert answer["StatusCode"] == 204


def test_an_event_is_taken_and_handled_later(client: LambdaClient) -> None:
    create(client)

    answer = client.invoke(FunctionName="f", InvocationType="Event", Payload=b'{"do": "fail", "message": "no"}')

    assert (answer["StatusCode"], "FunctionError" in answer) == (202, False)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"InvocationType": "Event", "Payload": b'"' + b"x" * 1_048_575 + b'"'}, ("RequestTooLargeException", 413)),
        ({"LogType": "Tail"}, ("InvalidParameterValueException", 400)),
        ({"Payload": b"{not json"}, ("InvalidRequestContentException", 400)),
        ({"Payload": b'"' + b"x" * 6_291_456 + b'"'}, ("RequestTooLargeException", 413)),
        ({"Qualifier": "nowhere"}, ("ResourceNotFoundException", 404)),
        ({"FunctionName": "g"}, ("ResourceNotFoundException", 404)),
        ({"FunctionName": "f:1", "Qualifier": "2"}, ("InvalidParameterValueException", 400)),
    ],
    ids=lambda value: str(value)[:50],
)
def test_invocation_that_lambda_or_we_do_not_take_is_refused(
    client: LambdaClient, arguments: Any, expected: tuple[str, int]
) -> None:
    create(client)

    with pytest.raises(ClientError) as refusal:
        client.invoke(**{"FunctionName": "f", **arguments})

    assert code_of(refusal) == expected


def test_throttled_invocation_carries_lambdas_reason(client: LambdaClient, url: str, tmp_path: Path) -> None:
    create(client, Timeout=20)
    gate = tmp_path / "gate"
    event = {"do": "wait_for", "path": str(gate)}

    async def five_at_once() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=url, timeout=20) as web:
            path = "/2015-03-31/functions/f/invocations"
            asked = [asyncio.create_task(web.post(path, json=event)) for _ in range(5)]
            done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            gate.touch()
            await asyncio.wait(asked)
            assert len(done) == 1
            return [task.result() for task in asked]

    answers = asyncio.run(five_at_once())

    (throttled,) = [answer for answer in answers if answer.status_code != 200]
    assert throttled.status_code == 429
    assert throttled.headers["x-amzn-errortype"] == "TooManyRequestsException"
    assert throttled.json()["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"


def test_publishing_unchanged_code_gives_the_same_version_and_changed_code_the_next(client: LambdaClient) -> None:
    create(client)

    first = client.publish_version(FunctionName="f", Description="first")["Version"]
    again = client.publish_version(FunctionName="f", Description="ignored")["Version"]
    client.update_function_code(FunctionName="f", ZipFile=OTHER_ZIP)
    second = client.publish_version(FunctionName="f")

    assert (first, again, second["Version"]) == ("1", "1", "2")
    assert second["FunctionArn"].endswith(":function:f:2")
    listed = client.list_versions_by_function(FunctionName="f")["Versions"]
    assert [version["Version"] for version in listed] == ["$LATEST", "1", "2"]
    assert [version["Description"] for version in listed] == ["", "first", ""]


def test_lists_come_in_pages_that_boto3_can_follow(client: LambdaClient) -> None:
    for name in ("a", "b", "c"):
        create(client, name)

    pages = list(client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2}))

    assert [[function["FunctionName"] for function in page["Functions"]] for page in pages] == [["a", "b"], ["c"]]


def test_operation_that_is_not_simulated_is_refused_by_name(client: LambdaClient) -> None:
    create(client)

    with pytest.raises(ClientError, match="does not simulate the Lambda operation") as refusal:
        client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)

    assert code_of(refusal) == ("UnknownOperationException", 404)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"Timeout": 901}, "ValidationException"),
        ({"MemorySize": 20_000}, "ValidationException"),
        ({"Role": "me"}, "ValidationException"),
        ({"Description": "x" * 257}, "ValidationException"),
        ({"Architectures": ["x86_64", "arm64"]}, "ValidationException"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "InvalidParameterValueException"),
        ({"Environment": {"Variables": {"BIG": "x" * 4096}}}, "InvalidParameterValueException"),
        ({"ZipFile": b"not a zip"}, "InvalidParameterValueException"),
        ({"VpcConfig": {"SubnetIds": ["subnet-1"]}}, "InvalidParameterValueException"),
        ({"TracingConfig": {"Mode": "Active"}}, "InvalidParameterValueException"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_function_that_lambda_or_we_do_not_take_is_not_created(
    client: LambdaClient, arguments: Any, expected: str
) -> None:
    with pytest.raises(ClientError) as refusal:
        create(client, **arguments)

    assert code_of(refusal) == (expected, 400)
    assert client.list_functions()["Functions"] == []


def test_code_in_a_bucket_is_refused_and_not_ignored(client: LambdaClient) -> None:
    with pytest.raises(ClientError, match="ZipFile only"):
        client.create_function(
            FunctionName="f", Runtime="python3.13", Role=ROLE, Handler="a.b", Code={"S3Bucket": "bucket", "S3Key": "k"}
        )


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"FunctionName": 7}', b'{"FunctionName": "f"}', b"\xff"])
def test_body_that_is_no_request_is_a_client_error(url: str, body: bytes) -> None:
    answer = httpx.post(f"{url}/2015-03-31/functions", content=body, verify=NO_TLS)

    assert answer.status_code == 400
    assert answer.headers["x-amzn-errortype"] in ("SerializationException", "ValidationException")


def test_change_of_configuration_keeps_what_it_does_not_name(client: LambdaClient) -> None:
    create(client, Timeout=7, Environment={"Variables": {"RELEASE": "1"}}, DeadLetterConfig={"TargetArn": "arn:q"})

    client.update_function_configuration(FunctionName="f", Environment={"Variables": {"RELEASE": "2"}})
    changed = client.get_function_configuration(FunctionName="f")

    assert changed["Environment"] == {"Variables": {"RELEASE": "2"}}
    assert (changed["Timeout"], changed["DeadLetterConfig"]) == (7, {"TargetArn": "arn:q"})
    cleared = client.update_function_configuration(FunctionName="f", DeadLetterConfig={"TargetArn": ""})
    assert "DeadLetterConfig" not in cleared


def test_deleted_function_is_gone(client: LambdaClient) -> None:
    create(client)

    client.delete_function(FunctionName="f")

    with pytest.raises(ClientError) as refusal:
        client.get_function(FunctionName="f")
    assert code_of(refusal) == ("ResourceNotFoundException", 404)
