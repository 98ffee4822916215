"""Versions are made ready before traffic meets them: over botocore's own stubs, which check every parameter."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sluice.adapters.lambda_readiness import VersionReadiness
from sluice.errors import PublishFailed

ARN = "arn:aws:lambda:eu-central-1:000000000000:function:f"


@pytest.fixture
def client() -> Any:
    return boto3.client("lambda", region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")


@pytest.fixture
def stubbed(client: Any) -> Stubber:
    return Stubber(client)


def published(state: str = "Active", environments: str = "") -> dict[str, Any]:
    variables = {"SLUICE_PROVISIONED_CONCURRENCY": environments} if environments else {}
    return {"Version": "7", "State": state, "Environment": {"Variables": variables}}


def ready(client: Any, version: dict[str, Any], *in_use: str) -> None:
    VersionReadiness(client, limit_seconds=6, sleep=lambda _: None).make_ready("f", version, in_use=in_use)


def test_a_version_that_is_active_is_ready(client: Any, stubbed: Stubber) -> None:
    with stubbed:
        ready(client, published())


def test_a_version_that_cannot_start_is_told_with_awss_reason(client: Any, stubbed: Stubber) -> None:
    place = {"FunctionName": "f", "Qualifier": "7"}
    failed = {"State": "Failed", "StateReason": "the snapshot could not be taken"}
    stubbed.add_response("get_function_configuration", failed, place)
    stubbed.add_response("get_function_configuration", failed, place)

    with stubbed, pytest.raises(PublishFailed, match="version 7 did not become ready: the snapshot could not be taken"):
        ready(client, published("Pending"))


def test_environments_are_kept_ready_and_versions_that_serve_nobody_let_go(client: Any, stubbed: Stubber) -> None:
    place = {"FunctionName": "f", "Qualifier": "7"}
    stubbed.add_response(
        "put_provisioned_concurrency_config",
        {"Status": "IN_PROGRESS"},
        {**place, "ProvisionedConcurrentExecutions": 2},
    )
    stubbed.add_response("get_provisioned_concurrency_config", {"Status": "READY"}, place)
    kept = [{"FunctionArn": f"{ARN}:{version}"} for version in ("4", "5", "6", "7")]
    stubbed.add_response(
        "list_provisioned_concurrency_configs", {"ProvisionedConcurrencyConfigs": kept}, {"FunctionName": "f"}
    )
    stubbed.add_response("delete_provisioned_concurrency_config", {}, {"FunctionName": "f", "Qualifier": "4"})

    with stubbed:
        ready(client, published(environments="2"), "5", "6")
    stubbed.assert_no_pending_responses()


def test_concurrency_that_cannot_be_had_is_told(client: Any, stubbed: Stubber) -> None:
    answer = {"Status": "FAILED", "StatusReason": "not enough unreserved concurrency"}
    stubbed.add_response("put_provisioned_concurrency_config", answer)

    with stubbed, pytest.raises(PublishFailed, match="not enough unreserved concurrency"):
        ready(client, published(environments="2"))
