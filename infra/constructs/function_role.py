"""The role of one function: what every function may do, and nothing else until it is granted."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge_wildcards


class FunctionRole(iam.Role):
    """May write its own log group and its traces. No managed policy: they allow every log group of the account."""

    def __init__(self, scope: Construct, construct_id: str, *, log_group: logs.ILogGroup) -> None:
        super().__init__(scope, construct_id, assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self._allow("logs:CreateLogStream", "logs:PutLogEvents", resource=log_group.log_group_arn)
        self._allow("xray:PutTelemetryRecords", "xray:PutTraceSegments", resource="*")
        acknowledge_wildcards(self, ["*"], "X-Ray has no resources that a policy could name")

    def _allow(self, *actions: str, resource: str) -> None:
        self.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))
