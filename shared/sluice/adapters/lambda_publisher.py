"""Releases on AWS Lambda: the function's configuration, its published versions, and the `live` alias."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError, WaiterError

from sluice.catalog.alias import ALL_BPS, AliasState
from sluice.catalog.release import LIVE_ALIAS, Release, function_name_of
from sluice.errors import AliasRefused, Conflict, StoreUnavailable, UnknownFunction

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_NOT_FOUND = "ResourceNotFoundException"
_MOVED = frozenset({"PreconditionFailedException", "ResourceConflictException"})
_BUSY = frozenset({"TooManyRequestsException", "ServiceException", "ThrottlingException", "InternalFailure"})


class LambdaPublisher:
    """`catalog.ports.FunctionPublisher` over a boto3 Lambda client.

    `update_limit_seconds` is how long a function may take to accept its new configuration.
    """

    def __init__(self, client: "LambdaClient", *, update_limit_seconds: int = 60) -> None:
        self._client = client
        self._update_limit_seconds = update_limit_seconds

    def publish(self, model: str, release: Release) -> str:
        """See the port."""
        name = function_name_of(model)
        variables = {
            "SLUICE_MODEL": model,
            "SLUICE_RELEASE": str(release.number),
            "SLUICE_RELEASE_DIGEST": release.digest,
        }
        with _publishing(name):
            configuration = self._configured(name, variables)
            published = self._client.publish_version(
                FunctionName=name,
                RevisionId=configuration["RevisionId"],
                Description=f"release {release.number} {release.digest}",
            )
        return published["Version"]

    def alias(self, model: str) -> AliasState | None:
        """See the port."""
        name = function_name_of(model)
        try:
            return _state(name, self._client.get_alias(FunctionName=name, Name=LIVE_ALIAS))
        except ClientError as error:
            if _code(error) == _NOT_FOUND:
                return None
            raise StoreUnavailable(f"function {name}", str(error)) from error
        except BotoCoreError as error:
            raise StoreUnavailable(f"function {name}", str(error)) from error

    def create_alias(self, model: str, function_version: str) -> AliasState:
        """See the port."""
        name = function_name_of(model)
        with _shifting(name):
            created = self._client.create_alias(FunctionName=name, Name=LIVE_ALIAS, FunctionVersion=function_version)
        return _state(name, created)

    def require_published(self, model: str, function_version: str) -> None:
        """See the port."""
        name = function_name_of(model)
        with _shifting(name):
            self._client.get_function_configuration(FunctionName=name, Qualifier=function_version)

    def shift(self, model: str, wanted: AliasState) -> AliasState:
        """See the port; the weight goes out as it is, for AWS to judge."""
        name = function_name_of(model)
        weights = {wanted.candidate_version: wanted.candidate_weight_bps / ALL_BPS} if wanted.candidate_version else {}
        with _shifting(name):
            changed = self._client.update_alias(
                FunctionName=name,
                Name=wanted.name,
                FunctionVersion=wanted.stable_version,
                RoutingConfig={"AdditionalVersionWeights": weights},
                RevisionId=wanted.revision_id,
            )
        return _state(name, changed)

    def _configured(self, name: str, variables: dict[str, str]) -> Any:
        """The configuration with our variables in it, and all others as they were.

        It is read again after the update, because an update still changes the revision after it has been
        accepted; a publisher that came between shows in the variables.
        """
        self._wait(name)
        found = self._client.get_function_configuration(FunctionName=name)
        present = found.get("Environment", {}).get("Variables", {})
        if variables.items() <= present.items():
            return found
        self._client.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**present, **variables}}, RevisionId=found["RevisionId"]
        )
        self._wait(name)
        found = self._client.get_function_configuration(FunctionName=name)
        if not variables.items() <= found.get("Environment", {}).get("Variables", {}).items():
            raise Conflict(f"{name} was changed while it was being published; publish again")
        return found

    def _wait(self, name: str) -> None:
        waiter = self._client.get_waiter("function_updated_v2")
        waiter.wait(FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": self._update_limit_seconds})


@contextmanager
def _publishing(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if _code(error) == _NOT_FOUND:
            raise UnknownFunction(f"there is no function {name!r}; deploy it first, then publish") from error
        if _code(error) in _MOVED:
            raise Conflict(f"{name} was changed while it was being published; publish again: {error}") from error
        raise StoreUnavailable(f"function {name}", str(error)) from error
    except WaiterError as error:
        if _NOT_FOUND in str(error):
            raise UnknownFunction(f"there is no function {name!r}; deploy it first, then publish") from error
        raise StoreUnavailable(f"function {name}", str(error)) from error
    except BotoCoreError as error:
        raise StoreUnavailable(f"function {name}", str(error)) from error


@contextmanager
def _shifting(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if _code(error) in _BUSY:
            raise StoreUnavailable(f"function {name}", str(error)) from error
        raise AliasRefused(_code(error), error.response["Error"].get("Message", str(error))) from error
    except ParamValidationError as error:
        raise AliasRefused("ParamValidationError", str(error)) from error
    except BotoCoreError as error:
        raise StoreUnavailable(f"function {name}", str(error)) from error


def _state(function_name: str, alias: Any) -> AliasState:
    weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    candidate, weight = next(iter(weights.items()), (None, 0.0))
    return AliasState(
        function_name=function_name,
        name=alias["Name"],
        stable_version=alias["FunctionVersion"],
        candidate_version=candidate,
        candidate_weight_bps=round(weight * ALL_BPS),
        revision_id=alias["RevisionId"],
    )


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]
