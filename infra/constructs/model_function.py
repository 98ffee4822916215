"""The function of one model, and the alias that its traffic goes through.

The alias is created once, on a version that carries no release, and no deployment ever changes it (ADR 10): whoever
owns the weights owns it from then on. What a deployment must do is done by `deployment_steps`.
"""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from functions.inference.settings import InferenceSettings
from infra.constructs.acknowledgements import acknowledge
from infra.constructs.content_buckets import ArtefactsBucket, RecordsBucket
from infra.constructs.function_layers import FunctionLayers
from infra.constructs.granted_table import GrantedTable
from infra.constructs.python_function import FunctionPlace, FunctionShape, PythonFunction
from infra.declarations.experiments import ExperimentSettings
from infra.declarations.model import ModelSettings, ProvisionedConcurrency, SnapStart

LIVE_ALIAS = "live"


@dataclass(frozen=True, slots=True)
class ModelFunctionProps:
    """`name` is the function's physical name: commands, policies and the deployment steps find it by that."""

    name: str
    model: ModelSettings
    layers: FunctionLayers
    artefacts: ArtefactsBucket
    records: RecordsBucket
    experiments: GrantedTable
    units: GrantedTable
    deciding: ExperimentSettings
    metrics_namespace: str


class ModelFunction(Construct):
    """`function`, `alias`, `log_group`, and `deployment`, the fingerprint of its code and settings."""

    def __init__(self, scope: Construct, construct_id: str, *, place: FunctionPlace, props: ModelFunctionProps) -> None:
        super().__init__(scope, construct_id)
        self.settings = props.model
        ours = PythonFunction(self, "Inference", place=place, shape=_shape(props))
        self.function, self.log_group, self.deployment = ours.function, ours.log_group, ours.deployment
        props.artefacts.grant_read_content(ours.role)
        props.records.grant_write_content(ours.role)
        props.records.grant_exchange(ours.role, props.model.name)
        props.experiments.grant_get(ours.role)
        props.units.grant_query_and_put(ours.role)
        bootstrap = lambda_.Version(
            self, "BootstrapVersion", lambda_=self.function, removal_policy=cdk.RemovalPolicy.RETAIN
        )
        published = "published versions are all that gets traffic"
        acknowledge(self.function, "Annotation::@aws-cdk/aws-lambda:snapStartRequirePublish", published)
        self.alias = lambda_.Alias(self, "Live", alias_name=LIVE_ALIAS, version=bootstrap)


def _shape(props: ModelFunctionProps) -> FunctionShape:
    model = props.model
    return FunctionShape(
        source="inference",
        description=f"Serves the model {model.name}",
        layers=(props.layers.onnx, props.layers.runtime),
        variables=_settings(props).to_environment(),
        memory_mb=model.memory_mb,
        timeout_seconds=model.timeout_seconds,
        name=props.name,
        reserved_concurrency=model.reserved_concurrency,
        starts_from_snapshot=isinstance(model.warmth, SnapStart),
    )


def _settings(props: ModelFunctionProps) -> InferenceSettings:
    """All but the release, which the publisher sets.

    An alias with weights refuses provisioned concurrency: the publisher puts it on versions, and learns here how much.
    """
    warmth = props.model.warmth
    return InferenceSettings(
        model=props.model.name,
        artefacts_bucket=props.artefacts.bucket.bucket_name,
        records_bucket=props.records.bucket.bucket_name,
        metrics_namespace=props.metrics_namespace,
        provisioned_concurrency=warmth.environments if isinstance(warmth, ProvisionedConcurrency) else 0,
        experiments_table=props.experiments.table.table_name,
        units_table=props.units.table.table_name,
        snapshot_cache_seconds=props.deciding.snapshot_cache_seconds,
        unit_state_cache_seconds=props.deciding.unit_state_cache_seconds,
        unit_state_budget_ms=props.deciding.unit_state_budget_ms,
        unit_claim=props.deciding.unit_claim or "",
        attribute_claims=",".join(props.deciding.attribute_claims),
        record_unit_ids=props.deciding.record_unit_ids,
    )
