"""Log groups: kept for the declared days, encrypted by the key of what is personal."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.declarations.environment import DataSettings


class KeptLogs(logs.LogGroup):
    """CDK has a name for every number of days that CloudWatch Logs takes; declarations hold the numbers."""

    def __init__(self, scope: Construct, construct_id: str, *, data: DataSettings, key: kms.IKey | None) -> None:
        removal = cdk.RemovalPolicy.RETAIN if data.protected else cdk.RemovalPolicy.DESTROY
        super().__init__(scope, construct_id, encryption_key=key, removal_policy=removal)
        resource = self.node.default_child
        assert isinstance(resource, logs.CfnLogGroup)
        resource.retention_in_days = data.retention.logs_days
