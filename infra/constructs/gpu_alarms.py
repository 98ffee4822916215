"""When to wake an endpoint's owner; the same alarms take a bad change of it back."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.declarations.gpu_endpoint import GpuEndpointSettings

_MICROSECONDS_PER_MS = 1_000


class GpuAlarms(Construct):
    """`alarms`, per production variant: failed invocations, and the latency of the slowest hundredth."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint: str,
        settings: GpuEndpointSettings,
        topic: sns.ITopic | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._endpoint, self._settings, self._topic = endpoint, settings, topic
        names = [variant.name for variant in settings.production_variants]
        self.alarms = [alarm for name in names for alarm in (self._errors(name), self._latency(name))]

    def _errors(self, variant: str) -> cloudwatch.CfnAlarm:
        limits = {"metric_name": "Invocation5XXErrors", "statistic": "Sum", "evaluation_periods": 1, "threshold": 0}
        return self._alarm("Errors", variant, "invocations failed", limits)

    def _latency(self, variant: str) -> cloudwatch.CfnAlarm:
        limit_ms = self._settings.p99_latency_ms
        limits = {
            "metric_name": "ModelLatency",
            "extended_statistic": "p99",
            "evaluation_periods": 5,
            "threshold": limit_ms * _MICROSECONDS_PER_MS,
        }
        return self._alarm("Latency", variant, f"its slowest hundredth took more than {limit_ms} ms", limits)

    def _alarm(self, name: str, variant: str, meaning: str, limits: Mapping[str, Any]) -> cloudwatch.CfnAlarm:
        which = f"{self._endpoint}, production variant {variant}"
        of = {"EndpointName": self._endpoint, "VariantName": variant}
        return cloudwatch.CfnAlarm(
            self,
            f"{name}-{variant}",
            alarm_description=f"{which}: {meaning}. Owner: {self._settings.owner}",
            namespace="AWS/SageMaker",
            dimensions=[cloudwatch.CfnAlarm.DimensionProperty(name=key, value=value) for key, value in of.items()],
            period=60,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[self._topic.topic_arn] if self._topic else None,
            **limits,
        )
