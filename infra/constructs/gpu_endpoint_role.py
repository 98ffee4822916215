"""What an endpoint's containers may do: log, count, write what was captured or answered. Models add what they read."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge_wildcards
from infra.constructs.content_buckets import RecordsBucket
from infra.declarations.gpu_endpoint import GpuEndpointSettings

_LOG = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
_COUNTED = ("AWS/SageMaker", "/aws/sagemaker/Endpoints")


class GpuEndpointRole(iam.Role):
    """`prefix` is the endpoint's own part of the records bucket."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        records: RecordsBucket,
        prefix: str,
        *,
        settings: GpuEndpointSettings,
    ) -> None:
        super().__init__(scope, construct_id, assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        self._let_log()
        self._let_count()
        if settings.capture_percent:
            records.grant_put(self, f"{prefix}/captured")
        if settings.asynchronous:
            records.grant_get(self, f"{prefix}/requests")
            records.grant_put(self, f"{prefix}/answers", f"{prefix}/failures")

    def _let_log(self) -> None:
        """SageMaker makes the group itself, under the endpoint's name."""
        groups = cdk.Stack.of(self).format_arn(
            service="logs",
            resource="log-group",
            resource_name="/aws/sagemaker/Endpoints/*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        self.add_to_policy(iam.PolicyStatement(actions=list(_LOG), resources=[groups]))
        acknowledge_wildcards(self, [groups], "SageMaker makes the endpoint's log group and its streams")

    def _let_count(self) -> None:
        condition = {"StringEquals": {"cloudwatch:namespace": list(_COUNTED)}}
        count = iam.PolicyStatement(actions=["cloudwatch:PutMetricData"], resources=["*"], conditions=condition)
        self.add_to_policy(count)
        acknowledge_wildcards(self, ["*"], "metrics are no resources; a condition names the namespaces")
