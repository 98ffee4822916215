"""Function versions are made ready before traffic meets them, over the local plane's Lambda API.

The plane's versions are active at once; where a test wants another state, it changes AWS's answer on the way.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sluice.adapters.lambda_publisher import LambdaPublisher
from sluice.adapters.lambda_readiness import VersionReadiness
from sluice.errors import PublishFailed
from sluice.local.lambda_control.function import FunctionSettings
from sluice.local.lambda_control.functions import LambdaFunctions
from tests.adapters.lambda_code import A_ZIP
from tests.unit.catalog.builders import a_release

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

NAME = "inference-churn"


@pytest.fixture(autouse=True)
def function(functions: LambdaFunctions) -> None:
    """It wants two environments of each version kept ready."""
    settings = FunctionSettings(
        "python3.13",
        "arn:aws:iam::000000000000:role/serve",
        "handler.handler",
        environment={"SLUICE_PROVISIONED_CONCURRENCY": "2"},
    )
    functions.create_function(NAME, settings, zip_bytes=A_ZIP)


@pytest.fixture
def publisher(lambda_client: "LambdaClient") -> LambdaPublisher:
    return LambdaPublisher(lambda_client)


@pytest.fixture
def warm(functions: LambdaFunctions) -> Callable[[], dict[str, int]]:
    return lambda: dict(functions.get_function(NAME).provisioned)


def shift_to(publisher: LambdaPublisher, version: str, **wish: Any) -> None:
    alias = publisher.alias("churn") or publisher.create_alias("churn", version)
    publisher.shift("churn", replace(alias, **{"stable_version": version, **wish}))


def answering(client: "LambdaClient", operation: str, *, of_versions: bool = False, **changes: Any) -> list[Any]:
    """From now on answers of the operation say `changes`, too; returns the list of those changed."""
    changed: list[Any] = []

    def change(parsed: dict[str, Any], **_: Any) -> None:
        if not of_versions or parsed.get("Version", "$LATEST") != "$LATEST":
            parsed.update(changes)
            changed.append(parsed)

    client.meta.events.register(f"after-call.lambda.{operation}", change)
    return changed


def test_a_version_that_is_still_pending_is_waited_for(
    publisher: LambdaPublisher, lambda_client: "LambdaClient"
) -> None:
    answering(lambda_client, "PublishVersion", State="Pending")
    asked = answering(lambda_client, "GetFunctionConfiguration", of_versions=True)

    assert publisher.publish("churn", a_release(1)) == "1"
    assert [answer["Version"] for answer in asked] == ["1"]


def test_a_version_that_is_active_is_not_asked_about(publisher: LambdaPublisher, lambda_client: "LambdaClient") -> None:
    asked = answering(lambda_client, "GetFunctionConfiguration", of_versions=True)

    publisher.publish("churn", a_release(1))

    assert asked == []


def test_a_version_that_cannot_start_is_told_with_awss_reason(
    publisher: LambdaPublisher, lambda_client: "LambdaClient"
) -> None:
    answering(lambda_client, "PublishVersion", State="Pending")
    failed = {"State": "Failed", "StateReason": "the snapshot could not be taken"}
    answering(lambda_client, "GetFunctionConfiguration", of_versions=True, **failed)

    with pytest.raises(PublishFailed, match="version 1 did not become ready: the snapshot could not be taken"):
        publisher.publish("churn", a_release(1))


def test_every_published_version_gets_the_environments_that_its_function_wants(
    publisher: LambdaPublisher, warm: Callable[[], dict[str, int]]
) -> None:
    publisher.publish("churn", a_release(1))

    assert warm() == {"1": 2}


def test_a_function_that_wants_none_gets_none(
    publisher: LambdaPublisher, functions: LambdaFunctions, warm: Callable[[], dict[str, int]]
) -> None:
    functions.update_configuration(NAME, lambda settings: replace(settings, environment={}))

    publisher.publish("churn", a_release(1))

    assert warm() == {}


def test_stable_and_candidate_stay_warm_whatever_is_published_beside_them(
    publisher: LambdaPublisher, warm: Callable[[], dict[str, int]]
) -> None:
    shift_to(publisher, publisher.publish("churn", a_release(1)))
    publisher.publish("churn", a_release(2))
    shift_to(publisher, "1", candidate_version="2", candidate_weight_bps=500)

    publisher.publish("churn", a_release(3))

    assert warm() == {"1": 2, "2": 2, "3": 2}


def test_the_version_that_was_stable_stays_warm_until_the_next_publication(
    publisher: LambdaPublisher, warm: Callable[[], dict[str, int]]
) -> None:
    publisher.publish("churn", a_release(1))
    shift_to(publisher, "1")
    publisher.publish("churn", a_release(2))
    shift_to(publisher, "2")
    assert warm() == {"1": 2, "2": 2}

    publisher.publish("churn", a_release(3))

    assert warm() == {"2": 2, "3": 2}


def test_a_reservation_for_two_versions_is_enough_at_every_moment(
    publisher: LambdaPublisher, functions: LambdaFunctions, warm: Callable[[], dict[str, int]]
) -> None:
    seen: list[int] = []
    functions.subscribe(lambda: seen.append(len(warm())))

    for number in range(1, 6):
        shift_to(publisher, publisher.publish("churn", a_release(number)))

    assert max(seen) == 2


def test_environments_that_are_only_promised_are_waited_for(
    lambda_client: "LambdaClient", functions: LambdaFunctions
) -> None:
    version = functions.publish_version(NAME)
    published = lambda_client.get_function_configuration(FunctionName=NAME, Qualifier=version.function_version)
    promised = answering(lambda_client, "GetProvisionedConcurrencyConfig", Status="IN_PROGRESS")
    waits: list[float] = []
    readiness = VersionReadiness(lambda_client, limit_seconds=6, sleep=waits.append)

    with pytest.raises(PublishFailed, match="version 1 did not become ready: provisioned concurrency is IN_PROGRESS"):
        readiness.make_ready(NAME, published, in_use=())

    assert (len(promised), sum(waits)) == (3, 6)


def test_environments_that_cannot_be_had_are_told_with_awss_reason(
    publisher: LambdaPublisher, lambda_client: "LambdaClient"
) -> None:
    reason = "not enough unreserved concurrency"
    answering(lambda_client, "GetProvisionedConcurrencyConfig", Status="FAILED", StatusReason=reason)

    with pytest.raises(PublishFailed, match="FAILED: not enough unreserved concurrency"):
        publisher.publish("churn", a_release(1))


def test_more_environments_than_aws_allows_are_told_in_its_words(
    publisher: LambdaPublisher, lambda_client: "LambdaClient"
) -> None:
    def refuse(http_response: Any, parsed: dict[str, Any], **_: Any) -> None:
        http_response.status_code = 400
        parsed["Error"] = {"Code": "InvalidParameterValueException", "Message": "greater than the reservation"}

    lambda_client.meta.events.register("after-call.lambda.PutProvisionedConcurrencyConfig", refuse)

    with pytest.raises(PublishFailed, match=r"version 1 did not become ready.*greater than the reservation"):
        publisher.publish("churn", a_release(1))
