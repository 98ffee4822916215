"""The control function: the environment's health, the model repository, experiments and flags, rollouts.

It also answers 404 for models that nobody deployed.
"""

from aws_cdk import aws_iam as iam
from constructs import Construct

from functions.control.settings import ControlSettings
from infra.constructs.acknowledgements import acknowledge_wildcards
from infra.constructs.following_alias import following_alias
from infra.constructs.granted_table import GrantedTable
from infra.constructs.registry_function import RegistryFunction, RegistryFunctionProps
from infra.constructs.rollouts import Rollouts

_TIMEOUT_SECONDS = 29


class ControlFunction(Construct):
    """`function`, its `alias`, its `log_group`. No `rollouts`: none are controlled in this region."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        props: RegistryFunctionProps,
        *,
        experiments: GrantedTable,
        units: GrantedTable,
        rollouts: Rollouts | None,
    ) -> None:
        super().__init__(scope, construct_id)
        ours = RegistryFunction(
            self,
            "Control",
            props,
            settings=_settings(props, experiments, units, rollouts),
            source="control",
            description="Answers for the environment as a whole",
            timeout_seconds=_TIMEOUT_SECONDS,
        )
        self.function, self.log_group = ours.function, ours.log_group
        props.registry.grant_read(ours.role)
        props.registry.grant_change_in_part(ours.role)  # the approval of a version
        experiments.grant_read_and_append(ours.role)
        units.grant_keep(ours.role)
        see = iam.PolicyStatement(actions=["lambda:GetAlias"], resources=list(ours.model_function_arns))
        ours.role.add_to_policy(see)
        if rollouts:
            rollouts.grant_ask(ours.role)
            _let_check_versions(ours)
        self.alias = following_alias(self, ours.function)


def _let_check_versions(ours: RegistryFunction) -> None:
    """What is rolled out, and what is rolled back to, must exist as a function version."""
    versions = [f"{arn}:*" for arn in ours.model_function_arns]
    ours.role.add_to_policy(iam.PolicyStatement(actions=["lambda:GetFunctionConfiguration"], resources=versions))
    acknowledge_wildcards(ours.role, versions, "a function version's number is given when it is published")


def _settings(
    props: RegistryFunctionProps, experiments: GrantedTable, units: GrantedTable, rollouts: Rollouts | None
) -> ControlSettings:
    declared = props.environment.experiments
    tables = {"experiments_table": experiments.table.table_name, "units_table": units.table.table_name}
    bounds = {"flags_cache_seconds": declared.flags_cache_seconds, "ofrep_rate_rps": declared.ofrep_rate_rps}
    told = rollouts.told if rollouts else {}
    return ControlSettings.model_validate({**props.names, **tables, **bounds, **told})
