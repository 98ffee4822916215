import json
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from sluice.adapters.lambda_publisher import LambdaPublisher
from sluice.catalog.alias import AliasState
from sluice.errors import AliasRefused, Conflict, StoreUnavailable
from sluice.local.lambda_control.function import FunctionSettings
from sluice.local.lambda_control.functions import LambdaFunctions
from tests.adapters.conftest import REGION, serving
from tests.adapters.lambda_code import A_ZIP, zipped
from tests.unit.catalog.builders import a_release

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

NAME = "inference-churn"


@pytest.fixture(autouse=True)
def function(functions: LambdaFunctions) -> None:
    settings = FunctionSettings(
        "python3.13",
        "arn:aws:iam::000000000000:role/serve",
        "handler.handler",
        description="serves churn",
        environment={"SLUICE_TABLE": "registry", "SLUICE_RELEASE": "0"},
    )
    functions.create_function(NAME, settings, zip_bytes=A_ZIP)


def test_publishing_sets_our_variables_and_leaves_all_else(
    lambda_client: "LambdaClient", functions: LambdaFunctions
) -> None:
    release = a_release(3)

    function_version = LambdaPublisher(lambda_client).publish("churn", release)

    settings = functions.get_version(NAME, function_version).settings
    assert settings.environment == {
        "SLUICE_TABLE": "registry",
        "SLUICE_MODEL": "churn",
        "SLUICE_RELEASE": "3",
        "SLUICE_RELEASE_DIGEST": release.digest,
    }
    assert settings.description == f"release 3 {release.digest}"
    assert (settings.handler, settings.memory_mb) == ("handler.handler", 128)


def test_the_same_release_on_new_code_is_a_new_function_version(
    lambda_client: "LambdaClient", functions: LambdaFunctions
) -> None:
    publisher = LambdaPublisher(lambda_client)
    publisher.publish("churn", a_release(1))

    functions.update_code(NAME, zipped("def handler(event, context): return 2\n"))

    assert publisher.publish("churn", a_release(1)) == "2"


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("operation", ["UpdateFunctionConfiguration", "PublishVersion"])
@pytest.mark.parametrize("moment", ["before-call", "after-call"])
def test_a_publisher_killed_anywhere_is_taken_up_by_the_next(
    lambda_client: "LambdaClient", operation: str, moment: str
) -> None:
    def kill(**_: Any) -> None:
        raise Killed

    lambda_client.meta.events.register(f"{moment}.lambda.{operation}", kill)
    with pytest.raises(Killed):
        LambdaPublisher(lambda_client).publish("churn", a_release(1))
    lambda_client.meta.events.unregister(f"{moment}.lambda.{operation}", kill)

    assert LambdaPublisher(lambda_client).publish("churn", a_release(1)) == "1"


@pytest.mark.parametrize("operation", ["UpdateFunctionConfiguration", "PublishVersion"])
def test_a_change_by_someone_else_meanwhile_is_a_conflict_and_publishes_nothing(
    lambda_client: "LambdaClient", functions: LambdaFunctions, operation: str
) -> None:
    def interfere(**_: Any) -> None:
        functions.update_configuration(NAME, lambda settings: replace(settings, memory_mb=settings.memory_mb + 1))

    lambda_client.meta.events.register(f"before-call.lambda.{operation}", interfere)

    with pytest.raises(Conflict, match="inference-churn was changed while it was being published; publish again"):
        LambdaPublisher(lambda_client).publish("churn", a_release(1))

    assert functions.get_function(NAME).published == {}


def test_another_release_set_meanwhile_is_never_published_as_ours(
    lambda_client: "LambdaClient", functions: LambdaFunctions
) -> None:
    def overwrite(**_: Any) -> None:
        functions.update_configuration(NAME, lambda settings: replace(settings, environment={"SLUICE_RELEASE": "9"}))

    lambda_client.meta.events.register("after-call.lambda.UpdateFunctionConfiguration", overwrite)

    with pytest.raises(Conflict, match="publish again"):
        LambdaPublisher(lambda_client).publish("churn", a_release(1))

    assert functions.get_function(NAME).published == {}


def test_a_service_that_is_gone_is_told_as_unavailable() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=1)
    client = boto3.client("lambda", region_name=REGION, endpoint_url=url, config=config)
    publisher = LambdaPublisher(client)

    for call in (
        lambda: publisher.publish("churn", a_release(1)),
        lambda: publisher.alias("churn"),
        lambda: publisher.create_alias("churn", "1"),
        lambda: publisher.require_published("churn", "1"),
    ):
        with pytest.raises(StoreUnavailable, match="function inference-churn is unavailable"):
            call()
    client.close()


def test_a_function_whose_update_fails_is_told_as_unavailable(lambda_client: "LambdaClient") -> None:
    def fail(parsed: dict[str, Any], **_: Any) -> None:
        parsed["LastUpdateStatus"] = "Failed"

    lambda_client.meta.events.register("after-call.lambda.GetFunctionConfiguration", fail)

    with pytest.raises(StoreUnavailable, match="function inference-churn is unavailable"):
        LambdaPublisher(lambda_client).publish("churn", a_release(1))


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        ("429 Too Many Requests", "TooManyRequestsException", StoreUnavailable),
        ("500 Internal Server Error", "ServiceException", StoreUnavailable),
        ("403 Forbidden", "AccessDeniedException", AliasRefused),
    ],
)
def test_a_busy_service_is_worth_a_retry_and_a_refusal_is_not(
    status: str, code: str, expected: type[Exception]
) -> None:
    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response(status, [("Content-Type", "application/json"), ("x-amzn-ErrorType", code)])
        return [json.dumps({"Message": "as the test wishes"}).encode()]

    wanted = AliasState(NAME, "live", "1", "2", 1_000, "revision")
    config = Config(retries={"total_max_attempts": 1})
    with serving(answer) as url:
        client = boto3.client("lambda", region_name=REGION, endpoint_url=url, config=config)
        with pytest.raises(expected, match=code):
            LambdaPublisher(client).shift("churn", wanted)
        with pytest.raises(StoreUnavailable, match=code):
            LambdaPublisher(client).alias("churn")
        with pytest.raises(StoreUnavailable, match=code):
            LambdaPublisher(client).publish("churn", a_release(1))
        client.close()
