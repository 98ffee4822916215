"""A SageMaker endpoint: models, configuration, and itself; changed blue/green, and changed back if alarms say so."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.content_buckets import RecordsBucket
from infra.constructs.gpu_alarms import GpuAlarms
from infra.constructs.gpu_endpoint_role import GpuEndpointRole
from infra.constructs.gpu_model import gpu_model
from infra.constructs.gpu_scaling import GpuScaling
from infra.declarations.gpu_endpoint import GpuEndpointSettings

# SageMaker refuses a volume key for these: their local disks are encrypted by the hardware.
_LOCAL_STORAGE = ("g4dn", "g5", "g6", "g6e", "p4d", "p4de", "p5", "p5e", "p5en")
_BAKE_SECONDS, _LONGEST_SECONDS = 600, 3_600


@dataclass(frozen=True, slots=True)
class GpuEndpointProps:
    """`name` is physical: alarms and scaling name it before it exists. `key` encrypts what the endpoint writes."""

    name: str
    settings: GpuEndpointSettings
    region: str
    records: RecordsBucket
    key: kms.IKey | None
    topic: sns.ITopic | None = None


class GpuEndpoint(Construct):
    """`endpoint` and its `alarms`. Raises InvalidDeclaration where a model's image is not known."""

    def __init__(self, scope: Construct, construct_id: str, props: GpuEndpointProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        self._prefix = f"gpu/{props.settings.name}"
        role = GpuEndpointRole(self, "Role", props.records, self._prefix, settings=props.settings)
        watch = GpuAlarms(self, "Alarms", endpoint=props.name, settings=props.settings, topic=props.topic)
        self.alarms = watch.alarms
        configuration = self._configuration(role)
        self.endpoint = sagemaker.CfnEndpoint(
            self,
            "Endpoint",
            endpoint_name=props.name,
            endpoint_config_name=configuration.attr_endpoint_config_name,
            deployment_config=None if props.settings.asynchronous else _blue_green(self.alarms),
        )
        self.endpoint.node.add_dependency(role)
        self._scale()

    def _configuration(self, role: iam.Role) -> sagemaker.CfnEndpointConfig:
        """Without a name of its own: a change makes another one, which is what makes the endpoint change over."""
        configuration = sagemaker.CfnEndpointConfig(
            self,
            "Configuration",
            production_variants=[
                self._variant(index, role) for index in range(len(self._props.settings.production_variants))
            ],
            data_capture_config=self._capture(),
            async_inference_config=self._queue(),
            kms_key_id=self._volume_key(),
        )
        configuration.node.add_dependency(role)
        return configuration

    def _variant(self, index: int, role: iam.Role) -> sagemaker.CfnEndpointConfig.ProductionVariantProperty:
        declared = self._props.settings.production_variants[index]
        model = gpu_model(self, f"Model-{declared.name}", model=declared.model, role=role, region=self._props.region)
        model.node.add_dependency(role)
        return sagemaker.CfnEndpointConfig.ProductionVariantProperty(
            variant_name=declared.name,
            model_name=model.attr_model_name,
            instance_type=declared.instance_type,
            initial_instance_count=declared.instance_count,
            initial_variant_weight=declared.weight,
        )

    def _capture(self) -> sagemaker.CfnEndpointConfig.DataCaptureConfigProperty | None:
        percent = self._props.settings.capture_percent
        if not percent:
            return None
        configuration = sagemaker.CfnEndpointConfig
        return configuration.DataCaptureConfigProperty(
            enable_capture=True,
            initial_sampling_percentage=percent,
            destination_s3_uri=self._s3("captured"),
            kms_key_id=self._props.key.key_arn if self._props.key else None,
            capture_options=[configuration.CaptureOptionProperty(capture_mode=mode) for mode in ("Input", "Output")],
        )

    def _queue(self) -> sagemaker.CfnEndpointConfig.AsyncInferenceConfigProperty | None:
        asynchronous = self._props.settings.asynchronous
        if asynchronous is None:
            return None
        configuration = sagemaker.CfnEndpointConfig
        return configuration.AsyncInferenceConfigProperty(
            client_config=configuration.AsyncInferenceClientConfigProperty(
                max_concurrent_invocations_per_instance=asynchronous.max_concurrent_invocations_per_instance
            ),
            output_config=configuration.AsyncInferenceOutputConfigProperty(
                s3_output_path=self._s3("answers"),
                s3_failure_path=self._s3("failures"),
                kms_key_id=self._props.key.key_arn if self._props.key else None,
            ),
        )

    def _volume_key(self) -> str | None:
        families = {it.instance_type.split(".")[1] for it in self._props.settings.production_variants}
        return None if self._props.key is None or families & set(_LOCAL_STORAGE) else self._props.key.key_arn

    def _scale(self) -> None:
        settings = self._props.settings
        if settings.scaling is None:
            return
        for declared in settings.production_variants:
            GpuScaling(
                self,
                f"Scaling-{declared.name}",
                endpoint=self._props.name,
                variant=declared.name,
                scaling=settings.scaling,
                is_asynchronous=settings.asynchronous is not None,
            ).node.add_dependency(self.endpoint)

    def _s3(self, what: str) -> str:
        return f"s3://{self._props.records.bucket.bucket_name}/{self._prefix}/{what}"


def _blue_green(alarms: Sequence[cloudwatch.CfnAlarm]) -> sagemaker.CfnEndpoint.DeploymentConfigProperty:
    """The new fleet takes all traffic once it is ready; the old one waits until it has held."""
    endpoint = sagemaker.CfnEndpoint
    return endpoint.DeploymentConfigProperty(
        auto_rollback_configuration=endpoint.AutoRollbackConfigProperty(
            alarms=[endpoint.AlarmProperty(alarm_name=alarm.ref) for alarm in alarms]
        ),
        blue_green_update_policy=endpoint.BlueGreenUpdatePolicyProperty(
            traffic_routing_configuration=endpoint.TrafficRoutingConfigProperty(type="ALL_AT_ONCE"),
            termination_wait_in_seconds=_BAKE_SECONDS,
            maximum_execution_timeout_in_seconds=_LONGEST_SECONDS,
        ),
    )
