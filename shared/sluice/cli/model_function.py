"""The Lambda function of a model: there, or made from this checkout on the local plane."""

from sluice.cli.connections import Connections
from sluice.errors import UnknownFunction, UnknownModel

_HANDLER = "functions.inference.handler.handler"
# A simulated table on a busy processor needs longer than DynamoDB, and what is late is FALLBACK, which nobody keeps.
_UNIT_STATE_BUDGET_MS = 1_000


def ensure_function(connections: Connections, model: str) -> bool:
    """Deploy the function if the local plane has none, and say whether; whatever is there stays as it is.

    Raises UnknownModel, and UnknownFunction on AWS, where `cdk deploy` makes functions.
    """
    if connections.registry.find_model(model) is None:
        raise UnknownModel(model)
    client = connections.functions
    name = connections.publisher.function_name(model)
    try:
        client.get_function_configuration(FunctionName=name)
    except client.exceptions.ResourceNotFoundException as error:
        if not connections.target.is_local:
            why = "declare the model in infra/environments.py, and deploy"
            raise UnknownFunction(f"Lambda function {name} does not exist; {why}") from error
        _deploy(connections, name)
        return True
    return False


def _deploy(connections: Connections, name: str) -> None:
    from sluice.local.deployment import deploy_function

    deploy_function(connections.functions, function_name=name, handler=_HANDLER, environment=_environment(connections))


def _environment(connections: Connections) -> dict[str, str]:
    """What the function is told beside its model and release, which the publisher sets."""
    return {
        "SLUICE_ARTEFACTS_BUCKET": connections.address("artefacts_bucket"),
        "SLUICE_RECORDS_BUCKET": connections.address("records_bucket"),
        "SLUICE_EXPERIMENTS_TABLE": connections.address("experiments_table"),
        "SLUICE_UNITS_TABLE": connections.address("units_table"),
        "SLUICE_UNIT_STATE_BUDGET_MS": str(_UNIT_STATE_BUDGET_MS),
    }
