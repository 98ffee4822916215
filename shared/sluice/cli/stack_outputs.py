"""The addresses of a deployed environment, as its stacks tell them."""

from collections.abc import Callable, Mapping
from typing import Any

from sluice.cli.target import VARIABLES
from sluice.errors import InvalidRequest, NotAvailable, NotFound

OUTPUTS = {
    "gateway_url": ("serving", "GatewayUrl"),
    "gateway_auth": ("serving", "GatewayAuth"),
    "function_prefix": ("serving", "FunctionPrefix"),
    "registry_table": ("data", "RegistryTable"),
    "experiments_table": ("data", "ExperimentsTable"),
    "units_table": ("data", "UnitsTable"),
    "rollouts_table": ("data", "RolloutsTable"),
    "rollout_machine_arn": ("serving", "RolloutMachineArn"),
    "event_bus": ("serving", "EventBus"),
    "ledger_table": ("data", "LedgerTable"),
    "ledger_bucket": ("data", "LedgerBucket"),
    "artefacts_bucket": ("data", "ArtefactsBucket"),
    "records_bucket": ("data", "RecordsBucket"),
}
"""The stack `sluice-<environment>-<which>` and its output, for each address that may be left empty."""


class StackOutputs:
    """Each stack is asked once, when its first address is needed; `cloudformation` makes the client."""

    def __init__(self, environment: str, cloudformation: Callable[[], Any]) -> None:
        self._environment = environment
        self._cloudformation = cloudformation
        self._found: dict[str, Mapping[str, str]] = {}

    def address(self, name: str) -> str:
        """The output behind an address. Raises InvalidRequest, NotFound, NotAvailable, each saying what to do."""
        stack, output = self._place_of(name)
        outputs = self._outputs_of(stack)
        if output not in outputs:
            raise NotFound(f"stack {stack} has no output {output}; deploy it again")
        return outputs[output]

    def has(self, name: str) -> bool:
        """Whether this region has it: some things are in the first one only. Raises as `address` does, bar that."""
        stack, output = self._place_of(name)
        return output in self._outputs_of(stack)

    def _place_of(self, name: str) -> tuple[str, str]:
        if not self._environment:
            wanted = f"name the environment with --env, or set {VARIABLES[name]}"
            raise InvalidRequest(f"{name} == '', must be given for AWS: {wanted}")
        which, output = OUTPUTS[name]
        return f"sluice-{self._environment}-{which}", output

    def _outputs_of(self, stack: str) -> Mapping[str, str]:
        if stack not in self._found:
            self._found[stack] = self._ask(stack)
        return self._found[stack]

    def _ask(self, stack: str) -> Mapping[str, str]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            [found] = self._cloudformation().describe_stacks(StackName=stack)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                why = f"deploy it with `make deploy ENV={self._environment}`, or name another region"
                raise NotFound(f"stack {stack} does not exist here; {why}") from error
            raise NotAvailable(f"CloudFormation: {error}") from error
        except BotoCoreError as error:
            raise NotAvailable(f"CloudFormation: {error}") from error
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}
