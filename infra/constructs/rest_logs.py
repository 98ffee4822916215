"""What a REST API logs: each access, and the errors of its own. HTTP APIs need none of this machinery."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge_wildcards
from infra.constructs.log_groups import KeptLogs
from infra.declarations.environment import DataSettings

# What API Gateway asks of the role before it takes it: the actions of AmazonAPIGatewayPushToCloudWatchLogs.
_LOGGING_ACTIONS = [
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:PutLogEvents",
]


class RestLogs(Construct):
    """`access_logs`, the group for one line per request; and the account's permission to log at all."""

    def __init__(self, scope: Construct, construct_id: str, *, data: DataSettings, key: kms.IKey | None) -> None:
        super().__init__(scope, construct_id)
        self._data, self._key = data, key
        self.access_logs = KeptLogs(self, "Access", data=data, key=key)
        self._account = _let_api_gateway_log(self)

    def keep_execution_logs(self, api: apigateway.RestApi, stage_name: str) -> None:
        """Make the group that API Gateway would make itself: without a key, and for ever."""
        execution_logs = KeptLogs(self, "Execution", data=self._data, key=self._key)
        resource = execution_logs.node.default_child
        assert isinstance(resource, logs.CfnLogGroup)
        resource.log_group_name = f"API-Gateway-Execution-Logs_{api.rest_api_id}/{stage_name}"
        api.deployment_stage.node.add_dependency(execution_logs, self._account)


def _let_api_gateway_log(scope: Construct) -> apigateway.CfnAccount:
    """One role for all REST APIs of an account and region: it outlives the stack, as others may log through it."""
    groups = cdk.Stack.of(scope).format_arn(
        service="logs", resource="log-group", resource_name="*", arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME
    )
    may_log = iam.PolicyDocument(statements=[iam.PolicyStatement(actions=_LOGGING_ACTIONS, resources=[groups])])
    # The policy is part of the role: one beside it would go with the stack, and leave a role that may do nothing.
    principal = iam.ServicePrincipal("apigateway.amazonaws.com")
    role = iam.Role(scope, "Role", assumed_by=principal, inline_policies={"Logs": may_log})
    reason = "API Gateway logs every REST API of the account and region through this one role"
    acknowledge_wildcards(role, [groups], reason)
    account = apigateway.CfnAccount(scope, "Account", cloud_watch_role_arn=role.role_arn)
    for kept in (role, account):
        kept.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
    return account
