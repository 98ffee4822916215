"""The control function: server health and metadata, and 404 for models that nobody deployed.

Its alias follows every deployment at once. No rollout judges it, and it serves no predictions.
"""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from functions.control.settings import ControlSettings
from infra.constructs.function_layers import FunctionLayers
from infra.constructs.function_names import model_function_arns
from infra.constructs.granted_table import GrantedTable
from infra.constructs.python_function import FunctionPlace, FunctionShape, PythonFunction
from infra.declarations.environment import Environment

_MEMORY_MB, _TIMEOUT_SECONDS = 512, 29
_ALIAS = "current"


class ControlFunction(Construct):
    """`function` and its `alias`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        place: FunctionPlace,
        environment: Environment,
        layers: FunctionLayers,
        registry: GrantedTable,
    ) -> None:
        super().__init__(scope, construct_id)
        settings = ControlSettings(
            registry_table=registry.table.table_name, function_prefix=environment.function_prefix
        )
        shape = FunctionShape(
            source="control",
            description="Answers for the environment as a whole",
            layers=(layers.runtime,),
            variables=settings.to_environment(),
            memory_mb=_MEMORY_MB,
            timeout_seconds=_TIMEOUT_SECONDS,
        )
        ours = PythonFunction(self, "Control", place=place, shape=shape)
        self.function, self.log_group = ours.function, ours.log_group
        registry.grant_read(ours.role)
        _let_see_aliases(ours.role, model_function_arns(self, environment))
        self.alias = _following(self, ours.function)


def _let_see_aliases(role: iam.Role, function_arns: Sequence[str]) -> None:
    role.add_to_policy(iam.PolicyStatement(actions=["lambda:GetAlias"], resources=list(function_arns)))


def _following(scope: Construct, function: lambda_.Function) -> lambda_.Alias:
    version = function.current_version
    version.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
    return lambda_.Alias(scope, "Current", alias_name=_ALIAS, version=version)
