"""The Lambda function of a model: there, or made from this checkout on the local plane."""

from sluice.catalog.release import function_name_of
from sluice.cli.connections import Connections
from sluice.cli.target import Target
from sluice.errors import UnknownFunction, UnknownModel

_HANDLER = "functions.inference.handler.handler"


def ensure_function(connections: Connections, model: str) -> bool:
    """Deploy the function if the local plane has none, and say whether; whatever is there stays as it is.

    Raises UnknownModel, and UnknownFunction on AWS, where `cdk deploy` makes functions.
    """
    if connections.registry.find_model(model) is None:
        raise UnknownModel(model)
    client = connections.functions
    try:
        client.get_function_configuration(FunctionName=function_name_of(model))
    except client.exceptions.ResourceNotFoundException as error:
        if not connections.target.is_local:
            name = function_name_of(model)
            raise UnknownFunction(f"Lambda function {name} does not exist; `cdk deploy` makes it") from error
        _deploy(connections, model)
        return True
    return False


def _deploy(connections: Connections, model: str) -> None:
    from sluice.local.deployment import deploy_function

    name = function_name_of(model)
    deploy_function(
        connections.functions, function_name=name, handler=_HANDLER, environment=_environment(connections.target)
    )


def _environment(target: Target) -> dict[str, str]:
    """What the function is told beside its model and release, which the publisher sets."""
    return {
        "SLUICE_ARTEFACTS_BUCKET": target.require("artefacts_bucket"),
        "SLUICE_RECORDS_BUCKET": target.require("records_bucket"),
    }
