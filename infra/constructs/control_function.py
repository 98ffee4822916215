"""The control function: the environment's health, definitions of experiments and flags, and flag evaluation.

It also answers 404 for models that nobody deployed.
"""

from aws_cdk import aws_iam as iam
from constructs import Construct

from functions.control.settings import ControlSettings
from infra.constructs.following_alias import following_alias
from infra.constructs.granted_table import GrantedTable
from infra.constructs.registry_function import RegistryFunction, RegistryFunctionProps

_TIMEOUT_SECONDS = 29


class ControlFunction(Construct):
    """`function`, its `alias`, its `log_group`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        props: RegistryFunctionProps,
        *,
        experiments: GrantedTable,
        units: GrantedTable,
    ) -> None:
        super().__init__(scope, construct_id)
        ours = RegistryFunction(
            self,
            "Control",
            props,
            settings=_settings(props, experiments, units),
            source="control",
            description="Answers for the environment as a whole",
            timeout_seconds=_TIMEOUT_SECONDS,
        )
        self.function, self.log_group = ours.function, ours.log_group
        props.registry.grant_read(ours.role)
        experiments.grant_read_and_append(ours.role)
        units.grant_keep(ours.role)
        see = iam.PolicyStatement(actions=["lambda:GetAlias"], resources=list(ours.model_function_arns))
        ours.role.add_to_policy(see)
        self.alias = following_alias(self, ours.function)


def _settings(props: RegistryFunctionProps, experiments: GrantedTable, units: GrantedTable) -> ControlSettings:
    declared = props.environment.experiments
    tables = {"experiments_table": experiments.table.table_name, "units_table": units.table.table_name}
    bounds = {"flags_cache_seconds": declared.flags_cache_seconds, "ofrep_rate_rps": declared.ofrep_rate_rps}
    return ControlSettings.model_validate({**props.names, **tables, **bounds})
