"""Controllers as executions of the state machine that `rollouts/state_machine.py` defines."""

import json
import logging
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from sluice.errors import StoreUnavailable
from sluice.rollouts.state_machine import controller_input, execution_name

_LOGGER = logging.getLogger(__name__)
_STARTED_BEFORE = "ExecutionAlreadyExists"


class StepFunctionsRunner:
    """`rollouts.ports.ControllerRunner` over boto3's client; AWS itself refuses a second execution of a name."""

    def __init__(self, client: Any, state_machine_arn: str) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn

    def start(self, model: str, rollout_id: str, epoch: int) -> None:
        """See the port. Raises StoreUnavailable."""
        try:
            self._client.start_execution(
                stateMachineArn=self._state_machine_arn,
                name=execution_name(model, rollout_id, epoch),
                input=json.dumps(controller_input(model, rollout_id, epoch)),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != _STARTED_BEFORE:
                raise StoreUnavailable(f"state machine {self._state_machine_arn}", str(error)) from error
        except BotoCoreError as error:
            raise StoreUnavailable(f"state machine {self._state_machine_arn}", str(error)) from error

    def wake(self, task_token: str) -> None:
        """See the port: the machine looks within a minute by itself, so nothing is lost with a token of the past."""
        try:
            self._client.send_task_success(taskToken=task_token, output="{}")
        except (BotoCoreError, ClientError) as error:
            _LOGGER.info("a controller was not woken, it looks within a minute: %s", error)
