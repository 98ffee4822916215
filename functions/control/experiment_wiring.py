"""The stores of experiments and the condition language, wired when the control API is first asked."""

from typing import TYPE_CHECKING

from functions.control.settings import ControlSettings
from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.errors import Unsupported

if TYPE_CHECKING:
    from functions.control.experiment_ports import ExperimentPorts


def nothing_set_up() -> "ExperimentPorts":
    """What a control function without tables for them answers: raises Unsupported."""
    why = "experiments are not set up here: SLUICE_EXPERIMENTS_TABLE and SLUICE_UNITS_TABLE name no tables"
    raise Unsupported(why)


def wire_experiments(
    settings: ControlSettings, *, registry: Registry, publisher: FunctionPublisher, region: str
) -> "ExperimentPorts":
    """The ports over the tables that the settings name. Raises Unsupported where they name none."""
    if not settings.experiments_table or not settings.units_table:
        return nothing_set_up()

    import boto3

    from functions.control.experiment_ports import ExperimentPorts
    from sluice.adapters.cel_conditions import CelLanguage
    from sluice.adapters.dynamodb_boto_calls import BotoCalls
    from sluice.adapters.dynamodb_definitions import DynamoDefinitions
    from sluice.adapters.dynamodb_units import DynamoUnits
    from sluice.clock import SystemClock

    return ExperimentPorts(
        definitions=DynamoDefinitions(settings.experiments_table, region=region),
        units=DynamoUnits(BotoCalls(boto3.client("dynamodb")), settings.units_table),
        registry=registry,
        publisher=publisher,
        language_over=CelLanguage,
        clock=SystemClock(),
    )
