"""SageMaker endpoints for versions too heavy for Lambda. Apart: they cost by the hour, and change slowly."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.content_buckets import RecordsBucket
from infra.constructs.gpu_endpoint import GpuEndpoint, GpuEndpointProps
from infra.declarations.environment import Environment


class GpuStack(cdk.Stack):
    """One endpoint `<environment>-<name>` for each that is declared. Raises InvalidDeclaration."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        records: RecordsBucket,
        key: kms.IKey | None,
        topic: sns.ITopic | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.endpoints = {
            settings.name: GpuEndpoint(
                self,
                f"Endpoint-{settings.name}",
                GpuEndpointProps(f"{environment.name}-{settings.name}", settings, self.region, records, key, topic),
            )
            for settings in environment.gpu_endpoints
        }
