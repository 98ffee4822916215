"""Releases on AWS Lambda: the function's configuration, its published versions, and the `live` alias."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sluice.adapters.lambda_failures import NOT_FOUND, code_of, publishing, shifting
from sluice.adapters.lambda_readiness import VersionReadiness
from sluice.catalog.alias import ALL_BPS, AliasState
from sluice.catalog.release import LIVE_ALIAS, Release, function_name_of
from sluice.errors import Conflict, StoreUnavailable, UnknownFunction

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaPublisher:
    """`catalog.ports.FunctionPublisher` over a boto3 Lambda client.

    `update_limit_seconds` is how long a function may take to accept its new configuration, `ready_limit_seconds` how
    long a version may take until it can be called.
    """

    def __init__(
        self,
        client: "LambdaClient",
        *,
        function_prefix: str = "",
        update_limit_seconds: int = 60,
        ready_limit_seconds: int = 480,
    ) -> None:
        self._client = client
        self._function_prefix = function_prefix
        self._update_limit_seconds = update_limit_seconds
        self._readiness = VersionReadiness(client, ready_limit_seconds)

    def function_name(self, model: str) -> str:
        """See the port."""
        return function_name_of(model, self._function_prefix)

    def publish(self, model: str, release: Release) -> str:
        """See the port."""
        name = self.function_name(model)
        variables = {
            "SLUICE_MODEL": model,
            "SLUICE_RELEASE": str(release.number),
            "SLUICE_RELEASE_DIGEST": release.digest,
        }
        with publishing(name):
            configuration = self._configured(name, variables)
            published = self._client.publish_version(
                FunctionName=name,
                RevisionId=configuration["RevisionId"],
                Description=f"release {release.number} {release.digest}",
            )
            self._readiness.make_ready(name, published, in_use=self._in_use(model))
        return published["Version"]

    def deployment_of(self, model: str, function_version: str) -> str:
        """See the port."""
        name = self.function_name(model)
        with publishing(name):
            try:
                found = self._client.get_function_configuration(FunctionName=name, Qualifier=function_version)
            except self._client.exceptions.ResourceNotFoundException as error:
                raise UnknownFunction(f"{name} has no function version {function_version}") from error
        return found.get("Environment", {}).get("Variables", {}).get("SLUICE_DEPLOYMENT", "")

    def _in_use(self, model: str) -> set[str]:
        alias = self.alias(model)
        return {it for it in (alias.stable_version, alias.candidate_version) if it} if alias else set()

    def alias(self, model: str) -> AliasState | None:
        """See the port."""
        name = self.function_name(model)
        try:
            return _state(name, self._client.get_alias(FunctionName=name, Name=LIVE_ALIAS))
        except ClientError as error:
            if code_of(error) == NOT_FOUND:
                return None
            raise StoreUnavailable(f"function {name}", str(error)) from error
        except BotoCoreError as error:
            raise StoreUnavailable(f"function {name}", str(error)) from error

    def create_alias(self, model: str, function_version: str) -> AliasState:
        """See the port."""
        name = self.function_name(model)
        with shifting(name):
            created = self._client.create_alias(FunctionName=name, Name=LIVE_ALIAS, FunctionVersion=function_version)
        return _state(name, created)

    def require_published(self, model: str, function_version: str) -> None:
        """See the port."""
        name = self.function_name(model)
        with shifting(name):
            self._client.get_function_configuration(FunctionName=name, Qualifier=function_version)

    def shift(self, model: str, wanted: AliasState) -> AliasState:
        """See the port; the weight goes out as it is, for AWS to judge."""
        name = self.function_name(model)
        weights = {wanted.candidate_version: wanted.candidate_weight_bps / ALL_BPS} if wanted.candidate_version else {}
        with shifting(name):
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
        waiter = self._client.get_waiter("function_updated")  # its other version asks for the code, too
        waiter.wait(FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": self._update_limit_seconds})


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
