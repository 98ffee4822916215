"""The stores of rollouts, the ledger and the bus, wired when the first request for a rollout comes."""

from typing import TYPE_CHECKING

from functions.control.settings import ControlSettings
from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.errors import Unsupported

if TYPE_CHECKING:
    from functions.control.rollout_control import RolloutControl
    from sluice.rollouts.ports import ControllerRunner


def no_rollouts() -> "RolloutControl":
    """What a control function without tables for them answers: raises Unsupported."""
    why = "SLUICE_ROLLOUTS_TABLE, SLUICE_LEDGER_TABLE and SLUICE_LEDGER_BUCKET name nothing"
    raise Unsupported(f"rollouts are not set up here: {why}")


def wire_rollouts(
    settings: ControlSettings, *, registry: Registry, publisher: FunctionPublisher, region: str
) -> "RolloutControl":
    """The ports over what the settings name. Raises Unsupported where they name no tables."""
    if not (settings.rollouts_table and settings.ledger_table and settings.ledger_bucket):
        return no_rollouts()

    from functions.control.rollout_control import RolloutControl
    from functions.decision_wiring import clock_of, events_of
    from sluice.adapters.dynamodb_ledger import DynamoLedger
    from sluice.adapters.dynamodb_rollouts import DynamoRollouts
    from sluice.adapters.s3_content_store import s3_client
    from sluice.adapters.s3_ledger_copy import S3LedgerCopies
    from sluice.usecases.append_ledger import LedgerPorts
    from sluice.usecases.rollout_ports import RolloutPorts

    ledger = DynamoLedger(settings.ledger_table, region=region)
    ports = RolloutPorts(
        store=DynamoRollouts(settings.rollouts_table, region=region),
        ledger=LedgerPorts(ledger, S3LedgerCopies(s3_client(), settings.ledger_bucket)),
        publisher=publisher,
        registry=registry,
        events=events_of(settings),
        clock=clock_of(settings),
    )
    return RolloutControl(ports, _runner(settings))


def _runner(settings: ControlSettings) -> "ControllerRunner | None":
    if not settings.rollout_machine_arn:
        return None
    import boto3

    from sluice.adapters.step_functions_runner import StepFunctionsRunner

    return StepFunctionsRunner(boto3.client("stepfunctions"), settings.rollout_machine_arn)
