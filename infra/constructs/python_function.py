"""A Lambda function of ours: its code, log group and role; every setting explicit, and one name for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.asset_folders import AssetFolders
from infra.constructs.acknowledgements import acknowledge
from infra.constructs.fingerprint import fingerprint_of
from infra.constructs.function_layers import RUNTIME, HashedLayer, architecture_of
from infra.constructs.function_role import FunctionRole
from infra.constructs.hashed_code import code_of
from infra.constructs.log_groups import KeptLogs
from infra.declarations.environment import DataSettings


@dataclass(frozen=True, slots=True)
class FunctionPlace:
    """What all functions of a stack share; `log_key` encrypts what they log."""

    folders: AssetFolders
    data: DataSettings
    log_key: kms.IKey | None


@dataclass(frozen=True, slots=True)
class FunctionShape:
    """What makes a function this one. `name` is physical, where given.

    `source` is its folder below `functions/`, and `entry` the module there that has the handler.
    """

    source: str
    description: str
    layers: Sequence[HashedLayer]
    variables: Mapping[str, str]
    memory_mb: int
    timeout_seconds: int
    entry: str = "handler"
    name: str | None = None
    reserved_concurrency: int | None = None
    starts_from_snapshot: bool = False


class PythonFunction(Construct):
    """`function`, `role`, `log_group`; and `deployment`, the fingerprint that it carries as SLUICE_DEPLOYMENT too."""

    def __init__(self, scope: Construct, construct_id: str, *, place: FunctionPlace, shape: FunctionShape) -> None:
        super().__init__(scope, construct_id)
        self.log_group = KeptLogs(self, "Logs", data=place.data, key=place.log_key)
        self.role = FunctionRole(self, "Role", log_group=self.log_group)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=shape.name,
            description=shape.description,
            runtime=RUNTIME,
            architecture=architecture_of(place.folders),
            handler=f"functions.{shape.source}.{shape.entry}.handler",
            code=code_of(place.folders.function(shape.source)).code,
            layers=[each.layer for each in shape.layers],
            environment=dict(shape.variables),
            memory_size=shape.memory_mb,
            timeout=cdk.Duration.seconds(shape.timeout_seconds),
            reserved_concurrent_executions=shape.reserved_concurrency,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if shape.starts_from_snapshot else None,
            tracing=lambda_.Tracing.ACTIVE,
            role=self.role,
            log_group=self.log_group,
        )
        self.deployment = fingerprint_of(self.function, layers=[each.digest for each in shape.layers])
        self.function.add_environment("SLUICE_DEPLOYMENT", self.deployment)
        _acknowledge(self.function)


def _acknowledge(function: lambda_.Function) -> None:
    newest = "layers are built for, and tested on, one Python version; a newer one comes with its own tests"
    acknowledge(function, "AwsSolutions::AwsSolutions-L1", newest)
    acknowledge(function, "Serverless::Serverless-LambdaLatestVersion", newest)
    callers = (
        "nobody invokes it and forgets: API Gateway waits for the answer, CloudFormation for a PUT, SQS keeps its own"
    )
    acknowledge(function, "Serverless::Serverless-LambdaDLQ", callers)
