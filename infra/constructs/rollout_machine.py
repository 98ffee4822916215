"""The machine that runs a rollout: it calls one function, waits a minute, and calls it again until that says enough.

It decides nothing itself. What it may do is call that function, and start its own successor before its history is full.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge_wildcards
from infra.constructs.key_grants import log_delivery_context
from infra.constructs.log_groups import KeptLogs
from infra.constructs.python_function import FunctionPlace

# What Step Functions asks for before it logs: it knows of no narrower resource than all.
_LOG_DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)
_TRACES = (
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)
_DATA_KEY_REUSE_SECONDS = 900


@dataclass(frozen=True, slots=True)
class RolloutMachineProps:
    """`name` is physical: the machine's own role names it. `definition` calls `${Tick}`, which is `tick`'s ARN.

    `key` encrypts the definition and what executions carry; None leaves that to AWS's key.
    """

    name: str
    definition: Mapping[str, Any]
    tick: lambda_.IAlias
    place: FunctionPlace
    key: kms.IKey | None


class RolloutMachine(Construct):
    """`arn`; one execution per rollout and controller."""

    def __init__(self, scope: Construct, construct_id: str, props: RolloutMachineProps) -> None:
        super().__init__(scope, construct_id)
        self._stack = cdk.Stack.of(self)
        self.arn = self._stack.format_arn(
            service="states",
            resource="stateMachine",
            resource_name=props.name,
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        role = self._role(props)
        logs = KeptLogs(self, "Logs", data=props.place.data, key=props.place.log_key)
        machine = stepfunctions.CfnStateMachine(
            self,
            "Machine",
            state_machine_name=props.name,
            state_machine_type="STANDARD",
            role_arn=role.role_arn,
            definition_string=json.dumps(props.definition),
            definition_substitutions={"Tick": props.tick.function_arn},
            logging_configuration=_logging(logs),
            tracing_configuration=stepfunctions.CfnStateMachine.TracingConfigurationProperty(enabled=True),
            encryption_configuration=_encryption(props.key),
        )
        machine.node.add_dependency(role)  # its policy too: logging is refused without

    def grant_start(self, grantee: iam.IGrantable) -> None:
        """Start executions; what they do then is not up to who started them."""
        iam.Grant.add_to_principal(grantee=grantee, actions=["states:StartExecution"], resource_arns=[self.arn])

    def grant_wake(self, grantee: iam.IGrantable) -> None:
        """End the wait of an execution that waits for people; it then looks for itself what they said."""
        iam.Grant.add_to_principal(grantee=grantee, actions=["states:SendTaskSuccess"], resource_arns=[self.arn])

    def _role(self, props: RolloutMachineProps) -> iam.Role:
        of_this_account = {"StringEquals": {"aws:SourceAccount": self._stack.account}}
        role = iam.Role(
            self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com", conditions=of_this_account)
        )
        _allow(role, ("lambda:InvokeFunction",), props.tick.function_arn)
        self.grant_start(role)
        _allow(role, _LOG_DELIVERY, "*")
        _allow(role, _TRACES, "*")
        acknowledge_wildcards(role, ["*"], "log deliveries and X-Ray have no resources that a policy could name")
        if props.key:
            _let_use(
                role,
                props.key,
                {"kms:EncryptionContext:aws:states:stateMachineArn": self.arn},
                "kms:Decrypt",
                "kms:GenerateDataKey",
            )
            _let_use(role, props.key, log_delivery_context(self), "kms:GenerateDataKey")
        return role


def _allow(role: iam.Role, actions: tuple[str, ...], resource: str) -> None:
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))


def _let_use(role: iam.Role, key: kms.IKey, context: Mapping[str, str], *actions: str) -> None:
    """For what has this encryption context, and nothing else that the key encrypts."""
    conditions = {"StringEquals": dict(context)}
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[key.key_arn], conditions=conditions))


def _logging(logs: KeptLogs) -> stepfunctions.CfnStateMachine.LoggingConfigurationProperty:
    """Every event with its data: that is what a person reads who asks why. It holds no inputs of predictions."""
    machine = stepfunctions.CfnStateMachine
    group = machine.CloudWatchLogsLogGroupProperty(log_group_arn=logs.log_group_arn)
    return machine.LoggingConfigurationProperty(
        destinations=[machine.LogDestinationProperty(cloud_watch_logs_log_group=group)],
        include_execution_data=True,
        level="ALL",
    )


def _encryption(key: kms.IKey | None) -> stepfunctions.CfnStateMachine.EncryptionConfigurationProperty | None:
    if key is None:
        return None
    return stepfunctions.CfnStateMachine.EncryptionConfigurationProperty(
        type="CUSTOMER_MANAGED_KMS_KEY",
        kms_key_id=key.key_arn,
        kms_data_key_reuse_period_seconds=_DATA_KEY_REUSE_SECONDS,
    )
