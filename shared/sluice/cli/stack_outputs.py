"""The addresses of a deployed environment, as its stack tells them."""

from collections.abc import Callable, Mapping
from typing import Any

from sluice.cli.target import VARIABLES
from sluice.errors import InvalidRequest, NotAvailable, NotFound

OUTPUTS = {
    "gateway_url": "GatewayUrl",
    "registry_table": "RegistryTable",
    "artefacts_bucket": "ArtefactsBucket",
    "records_bucket": "RecordsBucket",
    "function_prefix": "FunctionPrefix",
    "gateway_auth": "GatewayAuth",
}
"""The stack's output for each address that may be left empty."""


def stack_name_of(environment: str) -> str:
    """The stack that serves an environment."""
    return f"sluice-{environment}-serving"


class StackOutputs:
    """Asked once, when the first address is needed; `cloudformation` makes the client."""

    def __init__(self, environment: str, cloudformation: Callable[[], Any]) -> None:
        self._environment = environment
        self._cloudformation = cloudformation
        self._found: Mapping[str, str] | None = None

    def address(self, name: str) -> str:
        """The output behind an address. Raises InvalidRequest, NotFound, NotAvailable, each saying what to do."""
        if not self._environment:
            raise InvalidRequest(
                f"{name} == '', must be given for AWS: name the environment (--env), or set {VARIABLES[name]}"
            )
        if self._found is None:
            self._found = self._ask(stack_name_of(self._environment))
        if OUTPUTS[name] not in self._found:
            raise NotFound(f"stack {stack_name_of(self._environment)} has no output {OUTPUTS[name]}; deploy it again")
        return self._found[OUTPUTS[name]]

    def _ask(self, stack: str) -> Mapping[str, str]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            [found] = self._cloudformation().describe_stacks(StackName=stack)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                raise NotFound(f"stack {stack} does not exist here; deploy it with `make deploy`") from error
            raise NotAvailable(f"CloudFormation: {error}") from error
        except BotoCoreError as error:
            raise NotAvailable(f"CloudFormation: {error}") from error
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}
