"""The control function: server health and metadata, and 404 for models that nobody deployed.

Its alias follows every deployment at once. No rollout judges it, and it serves no predictions.
"""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from functions.control.settings import ControlSettings
from infra.constructs.registry_function import RegistryFunction, RegistryFunctionProps

_TIMEOUT_SECONDS = 29
_ALIAS = "current"


class ControlFunction(Construct):
    """`function`, its `alias`, its `log_group`."""

    def __init__(self, scope: Construct, construct_id: str, props: RegistryFunctionProps) -> None:
        super().__init__(scope, construct_id)
        ours = RegistryFunction(
            self,
            "Control",
            props,
            settings=ControlSettings,
            source="control",
            description="Answers for the environment as a whole",
            timeout_seconds=_TIMEOUT_SECONDS,
        )
        self.function, self.log_group = ours.function, ours.log_group
        props.registry.grant_read(ours.role)
        see = iam.PolicyStatement(actions=["lambda:GetAlias"], resources=list(ours.model_function_arns))
        ours.role.add_to_policy(see)
        self.alias = _following(self, ours.function)


def _following(scope: Construct, function: lambda_.Function) -> lambda_.Alias:
    version = function.current_version
    version.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
    return lambda_.Alias(scope, "Current", alias_name=_ALIAS, version=version)
