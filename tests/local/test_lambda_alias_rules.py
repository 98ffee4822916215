"""Every rule of AWS Lambda about aliases, by the error code that a boto3 client sees."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from mypy_boto3_lambda import LambdaClient

from sluice.local.lambda_control.function_code import zip_of
from sluice.local.lambda_control.functions import LambdaFunctions
from tests.local.lambda_fixtures import ROLE, settings_of
from tests.local.test_lambda_api import lambda_api

INVALID = ("InvalidParameterValueException", 400)
VALIDATION = ("ValidationException", 400)
MISSING = ("ResourceNotFoundException", 404)
CONFLICT = ("ResourceConflictException", 409)
STALE = ("PreconditionFailedException", 412)


def four_versions() -> LambdaFunctions:
    """Versions 1 and 2 fit together; 3 has another role, 4 another dead-letter queue."""
    functions = LambdaFunctions()
    functions.create_function("f", settings_of(), zip_bytes=zip_of({"a.py": b"1"}), publish=True)
    functions.update_code("f", zip_of({"a.py": b"2"}), publish=True)
    functions.update_configuration("f", lambda _: settings_of(role=f"{ROLE}-other"))
    functions.publish_version("f")
    functions.update_configuration("f", lambda _: settings_of(dead_letter_arn="arn:aws:sqs:queue"))
    functions.publish_version("f")
    return functions


@pytest.fixture
def client() -> Iterator[LambdaClient]:
    with lambda_api(four_versions()) as url:
        made = boto3.client("lambda", endpoint_url=url, region_name="eu-central-1")
        made.create_alias(FunctionName="f", Name="live", FunctionVersion="1", Description="served")
        yield made
        made.close()


def weights(**by_version: float) -> dict[str, Any]:
    return {
        "RoutingConfig": {"AdditionalVersionWeights": {key.lstrip("v"): share for key, share in by_version.items()}}
    }


def refused(call: Any, **arguments: Any) -> tuple[str, int, str]:
    with pytest.raises(ClientError) as refusal:
        call(FunctionName="f", **arguments)
    response = refusal.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Message"]


BROKEN_RULES = {
    "two additional versions": (weights(v2=0.1, v3=0.1), INVALID, "cannot be greater than 1"),
    "weight over one": (weights(v2=1.5), VALIDATION, "less than or equal to 1.0"),
    "the main version again": (weights(v1=0.5), INVALID, "already included in routing configuration"),
    "a version that was never published": (weights(v9=0.5), MISSING, "Function not found: arn:aws:lambda"),
    "$LATEST as the additional version": (
        {"RoutingConfig": {"AdditionalVersionWeights": {"$LATEST": 0.5}}},
        INVALID,
        "$LATEST is not supported for an alias pointing to more than 1 version",
    ),
    "an alias as the additional version": (
        {"RoutingConfig": {"AdditionalVersionWeights": {"live": 0.5}}},
        VALIDATION,
        "pattern: [0-9]+",
    ),
    "$LATEST with weights": ({"FunctionVersion": "$LATEST", **weights(v2=0.5)}, INVALID, "$LATEST is not supported"),
    "another role": (weights(v3=0.5), INVALID, "same execution role"),
    "another dead-letter queue": (weights(v4=0.5), INVALID, "same dead-letter"),
    "a main version that was never published": ({"FunctionVersion": "9"}, MISSING, "function:f:9"),
    "an alias as the main version": ({"FunctionVersion": "live"}, VALIDATION, "pattern"),
}


@pytest.mark.parametrize(("change", "expected", "words"), BROKEN_RULES.values(), ids=BROKEN_RULES)
def test_update_that_breaks_a_rule_is_refused_and_changes_nothing(
    client: LambdaClient, change: dict[str, Any], expected: tuple[str, int], words: str
) -> None:
    before = client.get_alias(FunctionName="f", Name="live")

    code, status, message = refused(client.update_alias, Name="live", **change)

    assert (code, status) == expected
    assert words in message
    after = client.get_alias(FunctionName="f", Name="live")
    assert {**after, "ResponseMetadata": None} == {**before, "ResponseMetadata": None}


@pytest.mark.parametrize(("change", "expected", "words"), BROKEN_RULES.values(), ids=BROKEN_RULES)
def test_creation_that_breaks_a_rule_is_refused_and_creates_nothing(
    client: LambdaClient, change: dict[str, Any], expected: tuple[str, int], words: str
) -> None:
    code, status, message = refused(client.create_alias, Name="next", **{"FunctionVersion": "1", **change})

    assert (code, status) == expected
    assert words in message
    assert [alias["Name"] for alias in client.list_aliases(FunctionName="f")["Aliases"]] == ["live"]


@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_weight_from_zero_to_one_is_accepted_and_read_back(client: LambdaClient, share: float) -> None:
    client.update_alias(FunctionName="f", Name="live", **weights(v2=share))

    alias = client.get_alias(FunctionName="f", Name="live")
    assert alias["FunctionVersion"] == "1"
    assert alias["RoutingConfig"]["AdditionalVersionWeights"] == {"2": share}


def test_update_without_routing_keeps_the_weights_and_an_empty_one_ends_them(client: LambdaClient) -> None:
    client.update_alias(FunctionName="f", Name="live", **weights(v2=0.25))

    kept = client.update_alias(FunctionName="f", Name="live", Description="still served")
    ended = client.update_alias(FunctionName="f", Name="live", RoutingConfig={})

    assert kept["RoutingConfig"]["AdditionalVersionWeights"] == {"2": 0.25}
    assert "RoutingConfig" not in ended
    assert ended["Description"] == "still served"


def test_moving_the_main_version_onto_the_weighted_one_is_refused(client: LambdaClient) -> None:
    client.update_alias(FunctionName="f", Name="live", **weights(v2=0.25))

    assert refused(client.update_alias, Name="live", FunctionVersion="2")[:2] == INVALID


def test_stale_revision_is_refused_and_each_write_makes_a_new_one(client: LambdaClient) -> None:
    first = client.get_alias(FunctionName="f", Name="live")["RevisionId"]
    second = client.update_alias(FunctionName="f", Name="live", RevisionId=first, **weights(v2=0.1))["RevisionId"]

    code, status, message = refused(client.update_alias, Name="live", RevisionId=first, FunctionVersion="2")

    assert first != second
    assert (code, status) == STALE
    assert message.startswith("The Revision Id provided does not match the latest Revision Id.")
    assert client.get_alias(FunctionName="f", Name="live")["RevisionId"] == second


def test_alias_may_point_to_latest_alone(client: LambdaClient) -> None:
    created = client.create_alias(FunctionName="f", Name="next", FunctionVersion="$LATEST")

    assert created["AliasArn"].endswith(":function:f:next")
    assert created["FunctionVersion"] == "$LATEST"


def test_alias_name_is_taken_once_and_never_all_digits(client: LambdaClient) -> None:
    assert refused(client.create_alias, Name="live", FunctionVersion="1")[:2] == CONFLICT
    assert refused(client.create_alias, Name="42", FunctionVersion="1")[:2] == VALIDATION
    assert refused(client.create_alias, Name="a b", FunctionVersion="1")[:2] == VALIDATION


def test_unknown_alias_is_not_found_and_deleting_it_is_no_error(client: LambdaClient) -> None:
    client.delete_alias(FunctionName="f", Name="live")
    client.delete_alias(FunctionName="f", Name="live")

    assert refused(client.get_alias, Name="live")[:2] == MISSING
    assert refused(client.update_alias, Name="live", FunctionVersion="1")[:2] == MISSING


def test_version_under_an_alias_cannot_be_deleted_whichever_end_it_is_on(client: LambdaClient) -> None:
    client.update_alias(FunctionName="f", Name="live", **weights(v2=0.1))

    for function_version in ("1", "2"):
        code, status, message = refused(client.delete_function, Qualifier=function_version)
        assert (code, status) == CONFLICT
        assert message == "Unable to delete version because the following aliases reference it: [live]"
    client.delete_function(FunctionName="f", Qualifier="4")
    assert refused(client.get_function, Qualifier="4")[:2] == MISSING


def test_latest_and_aliases_are_not_deleted_as_versions(client: LambdaClient) -> None:
    assert refused(client.delete_function, Qualifier="$LATEST")[:2] == INVALID
    assert refused(client.delete_function, Qualifier="live")[:2] == INVALID


def test_stale_revision_or_digest_stops_code_configuration_and_publication(client: LambdaClient) -> None:
    old = client.get_function_configuration(FunctionName="f")["RevisionId"]
    client.update_function_configuration(FunctionName="f", RevisionId=old, Description="newer")

    package = zip_of({"a.py": b"3"})
    assert refused(client.update_function_code, ZipFile=package, RevisionId=old)[:2] == STALE
    assert refused(client.update_function_configuration, Timeout=9, RevisionId=old)[:2] == STALE
    assert refused(client.publish_version, RevisionId=old)[:2] == STALE
    assert refused(client.publish_version, CodeSha256="another")[:2] == INVALID
