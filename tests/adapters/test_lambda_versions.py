"""Published function versions, on the local Lambda and in memory: one contract."""

from collections.abc import Iterator
from datetime import UTC, datetime

import boto3
import pytest
from mypy_boto3_lambda import LambdaClient

from sluice.adapters.lambda_versions import LambdaVersions, MemoryVersions
from sluice.errors import AliasRefused, UnknownFunction
from sluice.local.lambda_control.functions import LambdaFunctions
from sluice.rollouts.janitor import PublishedVersion
from sluice.usecases.sweep_versions import FunctionVersions
from tests.local.lambda_fixtures import TINY_ZIP
from tests.local.test_lambda_api import lambda_api

NAME = "inference-churn"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def client() -> Iterator[LambdaClient]:
    with lambda_api(LambdaFunctions()) as url:
        made = boto3.client("lambda", endpoint_url=url, region_name="eu-central-1")
        made.create_function(
            FunctionName=NAME,
            Runtime="python3.13",
            Role="arn:aws:iam::000000000000:role/r",
            Handler="h.h",
            Code={"ZipFile": TINY_ZIP},
        )
        for description in ("one", "two", "three"):
            made.update_function_configuration(FunctionName=NAME, Description=description)
            made.publish_version(FunctionName=NAME)
        made.create_alias(FunctionName=NAME, Name="live", FunctionVersion="1")
        yield made
        made.close()


@pytest.fixture(params=["memory", "lambda"])
def versions(request: pytest.FixtureRequest) -> FunctionVersions:
    if request.param == "memory":
        return MemoryVersions([PublishedVersion(it, NOON) for it in ("1", "2", "3")], frozenset({"1"}))
    return LambdaVersions(request.getfixturevalue("client"))


def numbers(versions: FunctionVersions) -> list[str]:
    return [it.function_version for it in versions.list_published("churn")]


def test_every_published_version_is_listed_with_its_moment(versions: FunctionVersions) -> None:
    assert numbers(versions) == ["1", "2", "3"]
    assert all(it.published_at.tzinfo for it in versions.list_published("churn"))


def test_what_is_deleted_is_gone_and_may_be_deleted_again(versions: FunctionVersions) -> None:
    versions.delete("churn", "2")
    versions.delete("churn", "2")

    assert numbers(versions) == ["1", "3"]


def test_what_an_alias_points_to_cannot_be_deleted(versions: FunctionVersions) -> None:
    with pytest.raises(AliasRefused, match="ResourceConflictException"):
        versions.delete("churn", "1")

    assert "1" in numbers(versions)


def test_a_function_that_is_not_there_is_told(client: LambdaClient) -> None:
    with pytest.raises(UnknownFunction):
        LambdaVersions(client).list_published("other")
