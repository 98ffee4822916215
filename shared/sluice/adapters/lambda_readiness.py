"""Function versions made ready before anybody is sent to them: active, and kept warm where the function asks for it."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import WaiterError

from sluice.errors import PublishFailed

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_POLL_SECONDS = 2
_ENVIRONMENTS_VARIABLE = "SLUICE_PROVISIONED_CONCURRENCY"


@dataclass(frozen=True, slots=True)
class VersionReadiness:
    """Waits for at most `limit_seconds`: a version that starts from a snapshot takes minutes to become active."""

    client: "LambdaClient"
    limit_seconds: int
    sleep: Callable[[float], object] = time.sleep

    def make_ready(self, name: str, published: Mapping[str, Any], *, in_use: Collection[str]) -> None:
        """Return once the version can take traffic. Raises PublishFailed with AWS's reason.

        Provisioned concurrency stays on versions `in_use` and on the new one; any other version loses it first, because
        a function's reservation need not hold more than two. So the version that was stable before the last shift keeps
        its own until the next publication, and a rollback before that finds it warm.
        """
        version = published["Version"]
        if published.get("State", "Active") != "Active":
            self._wait_until_active(name, version)
        environments = int(published.get("Environment", {}).get("Variables", {}).get(_ENVIRONMENTS_VARIABLE) or 0)
        if environments:
            self._let_others_cool(name, {*in_use, version})
            self._keep_warm(name, version, environments)

    def _wait_until_active(self, name: str, version: str) -> None:
        waiter = self.client.get_waiter("published_version_active")
        config = {"Delay": _POLL_SECONDS, "MaxAttempts": self._polls}
        try:
            waiter.wait(FunctionName=name, Qualifier=version, WaiterConfig=config)  # type: ignore[arg-type]
        except WaiterError as error:
            found = self.client.get_function_configuration(FunctionName=name, Qualifier=version)
            raise PublishFailed(name, version, found.get("StateReason") or str(error)) from error

    def _let_others_cool(self, name: str, kept: Collection[str]) -> None:
        pages = self.client.get_paginator("list_provisioned_concurrency_configs").paginate(FunctionName=name)
        for config in (each for page in pages for each in page["ProvisionedConcurrencyConfigs"]):
            qualifier = config["FunctionArn"].rsplit(":", 1)[-1]
            if qualifier not in kept:
                self.client.delete_provisioned_concurrency_config(FunctionName=name, Qualifier=qualifier)

    def _keep_warm(self, name: str, version: str, environments: int) -> None:
        try:
            self.client.put_provisioned_concurrency_config(
                FunctionName=name, Qualifier=version, ProvisionedConcurrentExecutions=environments
            )
        except self.client.exceptions.InvalidParameterValueException as error:
            raise PublishFailed(name, version, f"provisioned concurrency is refused: {error}") from error
        state = self._settled(name, version)
        if state["Status"] != "READY":
            why = f"provisioned concurrency is {state['Status']}: {state.get('StatusReason', 'no reason given')}"
            raise PublishFailed(name, version, why)

    def _settled(self, name: str, version: str) -> Any:
        """The state of provisioned concurrency once it is more than a promise, or when the time is over."""
        for _ in range(self._polls):
            state = self.client.get_provisioned_concurrency_config(FunctionName=name, Qualifier=version)
            if state["Status"] != "IN_PROGRESS":
                break
            self.sleep(_POLL_SECONDS)
        return state

    @property
    def _polls(self) -> int:
        return max(1, self.limit_seconds // _POLL_SECONDS)
