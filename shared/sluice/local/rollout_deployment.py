"""The controller of rollouts on the local plane: the function as it is deployed on AWS, and the machine over it."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sluice.catalog.release import LIVE_ALIAS
from sluice.local.deployment import deploy_live
from sluice.local.resources import ResourceNames
from sluice.rollouts.state_machine import rollout_machine

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

STEPS = "rollout-steps"
STEPS_HANDLER = "functions.rollout_steps.handler.handler"
_MACHINE = "sluice-rollout"
_ROLE = "arn:aws:iam::000000000000:role/sluice-local"


def deploy_rollouts(lambda_client: "LambdaClient", step_functions: Any, names: ResourceNames, *, plane_url: str) -> str:
    """Bring function and machine to this checkout's state; returns the machine's ARN.

    `plane_url` is the plane's AWS endpoint. Without metrics and a bus, readings are from records, and nobody hears of
    anything. No schedule calls the failsafe here: an abandoned rollout waits for the next controller.
    """
    deploy_live(
        lambda_client, function_name=STEPS, handler=STEPS_HANDLER, environment=steps_environment(names, plane_url)
    )
    tick = lambda_client.get_alias(FunctionName=STEPS, Name=LIVE_ALIAS)["AliasArn"]
    definition = json.dumps(rollout_machine(tick))
    machine = step_functions.create_state_machine(name=_MACHINE, definition=definition, roleArn=_ROLE)
    arn: str = machine["stateMachineArn"]
    step_functions.update_state_machine(stateMachineArn=arn, definition=definition)
    return arn


def steps_environment(names: ResourceNames, plane_url: str) -> Mapping[str, str]:
    """What the function is told."""
    return {
        "SLUICE_REGISTRY_TABLE": names.registry_table,
        "SLUICE_ROLLOUTS_TABLE": names.rollouts_table,
        "SLUICE_LEDGER_TABLE": names.ledger_table,
        "SLUICE_LEDGER_BUCKET": names.ledger_bucket,
        "SLUICE_EVENT_BUS": "",
        "SLUICE_PLANE_URL": plane_url,
    }
