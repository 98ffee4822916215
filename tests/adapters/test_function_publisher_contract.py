from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from sluice.adapters.lambda_publisher import LambdaPublisher
from sluice.adapters.memory_publisher import MemoryPublisher
from sluice.catalog.alias import LATEST_VERSION, AliasState
from sluice.catalog.ports import FunctionPublisher
from sluice.errors import AliasRefused, NotFound, UnknownFunction
from sluice.local.lambda_control.function import FunctionSettings
from sluice.local.lambda_control.functions import LambdaFunctions
from tests.adapters.lambda_code import A_ZIP
from tests.unit.catalog.builders import a_content, a_release

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@pytest.fixture
def lambda_publisher(lambda_client: "LambdaClient", functions: LambdaFunctions) -> LambdaPublisher:
    settings = FunctionSettings("python3.13", "arn:aws:iam::000000000000:role/serve", "handler.handler")
    functions.create_function("inference-churn", settings, zip_bytes=A_ZIP)
    return LambdaPublisher(lambda_client)


@pytest.fixture(params=["memory", "lambda"])
def publisher(request: pytest.FixtureRequest) -> FunctionPublisher:
    return MemoryPublisher("churn") if request.param == "memory" else request.getfixturevalue("lambda_publisher")


@pytest.fixture
def live(publisher: FunctionPublisher) -> AliasState:
    """Two releases on function versions 1 and 2, and the alias on the first."""
    for number in (1, 2):
        publisher.publish("churn", a_release(number))
    return publisher.create_alias("churn", "1")


def test_each_release_gets_its_own_function_version(publisher: FunctionPublisher) -> None:
    assert publisher.publish("churn", a_release(1)) == "1"
    assert publisher.publish("churn", a_release(2, a_content(2, (2,)))) == "2"


def test_a_release_of_the_same_content_is_still_another_function_version(publisher: FunctionPublisher) -> None:
    assert publisher.publish("churn", a_release(1)) == "1"
    assert publisher.publish("churn", a_release(2)) == "2"


def test_the_same_release_again_gives_the_same_function_version(publisher: FunctionPublisher) -> None:
    assert [publisher.publish("churn", a_release(1)) for _ in range(3)] == ["1", "1", "1"]


def test_a_model_without_a_function_cannot_be_published(publisher: FunctionPublisher) -> None:
    with pytest.raises(UnknownFunction, match="there is no function 'inference-spam'; deploy it first"):
        publisher.publish("spam", a_release(1))


def test_there_is_no_alias_before_the_first_release(publisher: FunctionPublisher) -> None:
    assert publisher.alias("churn") is None
    assert publisher.alias("spam") is None


def test_a_new_alias_gives_everything_to_one_function_version(publisher: FunctionPublisher, live: AliasState) -> None:
    assert publisher.alias("churn") == live
    assert (live.function_name, live.name, live.stable_version) == ("inference-churn", "live", "1")
    assert (live.candidate_version, live.candidate_weight_bps) == (None, 0)


def test_an_alias_is_created_once(publisher: FunctionPublisher, live: AliasState) -> None:
    with pytest.raises(AliasRefused, match="ResourceConflictException"):
        publisher.create_alias("churn", "2")

    assert publisher.alias("churn") == live


@pytest.mark.parametrize("weight_bps", [1, 1_000, 3_333, 9_999, 10_000])
def test_a_candidate_gets_exactly_its_share(publisher: FunctionPublisher, live: AliasState, weight_bps: int) -> None:
    wanted = replace(live, candidate_version="2", candidate_weight_bps=weight_bps)

    after = publisher.shift("churn", wanted)

    assert replace(after, revision_id=live.revision_id) == wanted
    assert after.revision_id != live.revision_id
    assert publisher.alias("churn") == after


def test_a_candidacy_ends_and_a_candidate_is_promoted(publisher: FunctionPublisher, live: AliasState) -> None:
    candidate = publisher.shift("churn", replace(live, candidate_version="2", candidate_weight_bps=500))

    ended = publisher.shift("churn", replace(candidate, candidate_version=None, candidate_weight_bps=0))
    promoted = publisher.shift("churn", replace(ended, stable_version="2"))

    assert (ended.stable_version, ended.candidate_version) == ("1", None)
    assert (promoted.stable_version, promoted.candidate_version) == ("2", None)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"candidate_version": "2", "candidate_weight_bps": 15_000}, "ValidationException"),
        ({"candidate_version": "99", "candidate_weight_bps": 1_000}, "ResourceNotFoundException"),
        ({"candidate_version": "$LATEST", "candidate_weight_bps": 1_000}, "InvalidParameterValueException"),
        ({"candidate_version": "1", "candidate_weight_bps": 1_000}, "InvalidParameterValueException"),
        ({"stable_version": "99"}, "ResourceNotFoundException"),
        ({"revision_id": "stale"}, "PreconditionFailedException"),
    ],
)
def test_a_broken_rule_is_refused_in_awss_words_and_changes_nothing(
    publisher: FunctionPublisher, live: AliasState, wish: dict[str, Any], code: str
) -> None:
    with pytest.raises(AliasRefused) as refusal:
        publisher.shift("churn", replace(live, **wish))

    assert refusal.value.code == code
    assert publisher.alias("churn") == live


def test_a_negative_weight_is_refused_and_changes_nothing(publisher: FunctionPublisher, live: AliasState) -> None:
    with pytest.raises(AliasRefused):
        publisher.shift("churn", replace(live, candidate_version="2", candidate_weight_bps=-1))

    assert publisher.alias("churn") == live


def test_one_of_two_simultaneous_shifts_wins(
    publisher: FunctionPublisher, live: AliasState, at_once: Callable[..., list[Any]]
) -> None:
    wishes = [replace(live, candidate_version="2", candidate_weight_bps=weight) for weight in (100, 200)]

    outcomes = at_once(*(partial(publisher.shift, "churn", wish) for wish in wishes))

    refused = [outcome for outcome in outcomes if isinstance(outcome, AliasRefused)]
    assert [refusal.code for refusal in refused] == ["PreconditionFailedException"]
    assert publisher.alias("churn") in outcomes


def test_only_published_function_versions_pass(publisher: FunctionPublisher, live: AliasState) -> None:
    publisher.require_published("churn", "2")

    with pytest.raises(AliasRefused, match="ResourceNotFoundException"):
        publisher.require_published("churn", "99")


def test_a_function_version_tells_which_deployment_it_is_of(publisher: FunctionPublisher, live: AliasState) -> None:
    assert publisher.deployment_of("churn", live.stable_version) == ""


def test_a_function_version_that_does_not_exist_is_of_none(publisher: FunctionPublisher, live: AliasState) -> None:
    with pytest.raises(NotFound, match="inference-churn has no function version 99"):
        publisher.deployment_of("churn", "99")


def test_a_deployment_stays_with_the_function_versions_that_were_published_of_it(
    lambda_publisher: LambdaPublisher, lambda_client: "LambdaClient"
) -> None:
    first = lambda_publisher.publish("churn", a_release(1))
    lambda_client.update_function_configuration(
        FunctionName="inference-churn", Environment={"Variables": {"SLUICE_DEPLOYMENT": "abc"}}
    )
    second = lambda_publisher.publish("churn", a_release(1))

    assert [lambda_publisher.deployment_of("churn", version) for version in (first, second)] == ["", "abc"]


def test_a_function_itself_may_be_of_a_later_deployment_than_all_its_versions(
    lambda_publisher: LambdaPublisher, lambda_client: "LambdaClient"
) -> None:
    memory_publisher = MemoryPublisher("churn")
    for publisher in (memory_publisher, lambda_publisher):
        publisher.publish("churn", a_release(1))
    memory_publisher.deploy("churn", "abc")
    lambda_client.update_function_configuration(
        FunctionName="inference-churn", Environment={"Variables": {"SLUICE_DEPLOYMENT": "abc"}}
    )

    for publisher in (memory_publisher, lambda_publisher):
        assert [publisher.deployment_of("churn", version) for version in ("1", LATEST_VERSION)] == ["", "abc"]


def test_a_prefix_tells_the_environments_of_one_account_apart(lambda_client: "LambdaClient") -> None:
    publisher = LambdaPublisher(lambda_client, function_prefix="prod-")

    assert publisher.function_name("churn") == "prod-inference-churn"
    with pytest.raises(UnknownFunction, match="prod-inference-churn"):
        publisher.publish("churn", a_release(1))
