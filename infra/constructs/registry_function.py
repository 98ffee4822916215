"""A function that answers for a whole environment: it knows the registry, and its model functions by their names."""

from dataclasses import dataclass

from constructs import Construct

from functions.environment_settings import EnvironmentSettings
from infra.constructs.function_layers import FunctionLayers
from infra.constructs.function_names import model_function_arns
from infra.constructs.granted_table import GrantedTable
from infra.constructs.python_function import FunctionPlace, FunctionShape, PythonFunction
from infra.declarations.environment import Environment

_MEMORY_MB = 512


@dataclass(frozen=True, slots=True)
class RegistryFunctionProps:
    """Where such functions are, and what they know."""

    place: FunctionPlace
    environment: Environment
    layers: FunctionLayers
    registry: GrantedTable

    @property
    def names(self) -> dict[str, str]:
        """What the settings of all of them hold."""
        return {
            "registry_table": self.registry.table.table_name,
            "function_prefix": self.environment.function_prefix,
        }


class RegistryFunction(PythonFunction):
    """`model_function_arns` are what it may be let at; nothing is granted here."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        props: RegistryFunctionProps,
        *,
        settings: EnvironmentSettings,
        source: str,
        description: str,
        timeout_seconds: int,
    ) -> None:
        shape = FunctionShape(
            source=source,
            description=description,
            layers=(props.layers.runtime,),
            variables=settings.to_environment(),
            memory_mb=_MEMORY_MB,
            timeout_seconds=timeout_seconds,
        )
        super().__init__(scope, construct_id, place=props.place, shape=shape)
        self.model_function_arns = model_function_arns(self, props.environment)
