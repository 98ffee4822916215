"""The function behind the deployment steps: the only one that may change a model function."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from functions.deployment.settings import DeploymentSettings
from infra.constructs.acknowledgements import acknowledge_wildcards
from infra.constructs.granted_table import GrantedTable
from infra.constructs.registry_function import RegistryFunction, RegistryFunctionProps
from infra.declarations.environment import Environment
from infra.declarations.model import ProvisionedConcurrency

TIMEOUT_SECONDS = 600  # a version that starts from a snapshot takes minutes to become active
_PUBLISH = ("lambda:GetFunctionConfiguration", "lambda:PublishVersion", "lambda:UpdateFunctionConfiguration")
_KEEP_READY = (
    "lambda:DeleteProvisionedConcurrencyConfig",
    "lambda:GetProvisionedConcurrencyConfig",
    "lambda:ListProvisionedConcurrencyConfigs",
    "lambda:PutProvisionedConcurrencyConfig",
)


class DeploymentFunction(Construct):
    """`function`, which custom resources call by its ARN, and its `role`. No `rollouts`: none are controlled here."""

    def __init__(
        self, scope: Construct, construct_id: str, props: RegistryFunctionProps, *, rollouts: GrantedTable | None
    ) -> None:
        super().__init__(scope, construct_id)
        known = {"rollouts_table": rollouts.table.table_name} if rollouts else {}
        ours = RegistryFunction(
            self,
            "Deployment",
            props,
            settings=DeploymentSettings.model_validate({**props.names, **known}),
            source="deployment",
            description="Guards rollouts against deployments, and carries releases over to new code",
            timeout_seconds=TIMEOUT_SECONDS,
        )
        self.function, self.role = ours.function, ours.role
        props.registry.grant_read_and_append(ours.role)
        if rollouts:
            rollouts.grant_get(ours.role)
        _let_carry_over(ours.role, ours.model_function_arns, props.environment)


def _let_carry_over(role: iam.Role, function_arns: Sequence[str], environment: Environment) -> None:
    """Functions and their versions and aliases; UpdateAlias only where a deployment may shift traffic."""
    shift = ("lambda:UpdateAlias",) if environment.shifts_on_deploy else ()
    _allow(role, ("lambda:GetAlias", *_PUBLISH, *shift), function_arns)
    versions = [f"{arn}:*" for arn in function_arns]
    _allow(role, ("lambda:GetFunctionConfiguration",), versions)
    if any(isinstance(model.warmth, ProvisionedConcurrency) for model in environment.models):
        _allow(role, _KEEP_READY, [*function_arns, *versions])
    acknowledge_wildcards(role, versions, "a function version's number is given when it is published")


def _allow(role: iam.Role, actions: Sequence[str], resources: Sequence[str]) -> None:
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=list(resources)))
