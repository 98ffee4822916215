"""Provisioned concurrency in the local Lambda: its rules, in AWS's words, and that it outlives the plane."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from mypy_boto3_lambda import LambdaClient

from sluice.local.lambda_control.functions import LambdaFunctions
from sluice.local.lambda_control.provisioned_concurrency import with_provisioned
from tests.local.lambda_fixtures import TINY_ZIP, tiny_functions
from tests.local.test_lambda_api import lambda_api

PLACE = {"FunctionName": "f", "Qualifier": "1"}


@pytest.fixture
def functions() -> LambdaFunctions:
    """`f` with versions 1 and 2; `live` on 1 alone, `split` on both."""
    functions = tiny_functions()
    functions.publish_version("f")
    functions.update_code("f", TINY_ZIP, architecture="arm64", publish=True)
    return functions


@pytest.fixture
def client(functions: LambdaFunctions) -> Iterator[LambdaClient]:
    with lambda_api(functions) as url:
        once = Config(retries={"max_attempts": 0}, parameter_validation=False)
        made = boto3.client("lambda", endpoint_url=url, region_name="eu-central-1", config=once)
        made.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
        made.create_alias(
            FunctionName="f",
            Name="split",
            FunctionVersion="1",
            RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}},
        )
        yield made
        made.close()


def put(client: LambdaClient, qualifier: str = "1", count: int = 3) -> Any:
    return client.put_provisioned_concurrency_config(
        FunctionName="f", Qualifier=qualifier, ProvisionedConcurrentExecutions=count
    )


def listed(client: LambdaClient) -> list[tuple[str, int]]:
    pages = client.get_paginator("list_provisioned_concurrency_configs").paginate(FunctionName="f")
    configs = [config for page in pages for config in page["ProvisionedConcurrencyConfigs"]]
    return [(each["FunctionArn"][-3:], each["RequestedProvisionedConcurrentExecutions"]) for each in configs]


def test_it_is_promised_first_and_ready_when_asked_again(client: LambdaClient) -> None:
    assert put(client)["Status"] == "IN_PROGRESS"

    found = client.get_provisioned_concurrency_config(**PLACE)

    assert (found["Status"], found["AvailableProvisionedConcurrentExecutions"]) == ("READY", 3)


def test_a_second_wish_replaces_the_first(client: LambdaClient) -> None:
    for count in (3, 5):
        put(client, count=count)

    assert listed(client) == [("f:1", 5)]


def test_every_version_that_has_it_is_listed(client: LambdaClient) -> None:
    assert listed(client) == []
    for qualifier in ("1", "2"):
        put(client, qualifier)

    assert listed(client) == [("f:1", 3), ("f:2", 3)]


def test_what_was_taken_away_is_gone_and_may_be_taken_away_again(client: LambdaClient) -> None:
    put(client)
    for _ in range(2):
        client.delete_provisioned_concurrency_config(**PLACE)

    with pytest.raises(client.exceptions.ProvisionedConcurrencyConfigNotFoundException):
        client.get_provisioned_concurrency_config(**PLACE)


def test_it_goes_with_its_version(client: LambdaClient) -> None:
    put(client, "2")
    client.delete_alias(FunctionName="f", Name="split")

    client.delete_function(FunctionName="f", Qualifier="2")

    assert listed(client) == []


@pytest.mark.parametrize(
    ("qualifier", "count", "code", "words"),
    [
        ("$LATEST", 1, "InvalidParameterValueException", "cannot be applied to unpublished function versions"),
        ("split", 1, "InvalidParameterValueException", "Alias with weights can not be used with Provisioned Concurr"),
        ("live", 1, "InvalidParameterValueException", "of function versions, not of aliases"),
        ("99", 1, "ResourceNotFoundException", "function:f:99"),
        ("1", 0, "ValidationException", "greater than or equal to 1"),
    ],
)
def test_what_lambda_or_we_do_not_take_is_refused(
    client: LambdaClient, qualifier: str, count: int, code: str, words: str
) -> None:
    with pytest.raises(ClientError, match=words) as refusal:
        put(client, qualifier, count)

    assert refusal.value.response["Error"]["Code"] == code
    assert listed(client) == []


@pytest.mark.parametrize("operation", ["get_provisioned_concurrency_config", "delete_provisioned_concurrency_config"])
def test_the_unpublished_code_has_none_to_read_or_to_take_away(client: LambdaClient, operation: str) -> None:
    with pytest.raises(ClientError, match="must be an alias or a published version"):
        getattr(client, operation)(FunctionName="f", Qualifier="$LATEST")


def test_it_is_kept_with_the_functions(functions: LambdaFunctions) -> None:
    functions.change("f", partial(with_provisioned, qualifier="1", environments=3))

    kept = LambdaFunctions.from_document(functions.to_document())

    assert kept.get_function("f").provisioned == {"1": 3}


def test_functions_that_were_kept_before_there_was_any_are_read(functions: LambdaFunctions) -> None:
    document = functions.to_document()
    del document["functions"][0]["provisioned"]

    assert LambdaFunctions.from_document(document).get_function("f").provisioned == {}
