"""Instances that follow the load: by requests in real time, by backlog where requests wait in a queue."""

from aws_cdk import aws_applicationautoscaling as autoscaling
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.declarations.gpu_endpoint import Scaling

_DIMENSION = "sagemaker:variant:DesiredInstanceCount"
_NAMESPACE = "AWS/SageMaker"
_SCALE_IN_SECONDS, _SCALE_OUT_SECONDS = 600, 120


class GpuScaling(Construct):
    """Of one production variant of an endpoint that exists; asynchronous ones may go down to no instance at all."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint: str,
        variant: str,
        scaling: Scaling,
        is_asynchronous: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self._endpoint, self._variant = endpoint, variant
        self._target = autoscaling.CfnScalableTarget(
            self,
            "Target",
            service_namespace="sagemaker",
            scalable_dimension=_DIMENSION,
            resource_id=f"endpoint/{endpoint}/variant/{variant}",
            min_capacity=scaling.min_instances,
            max_capacity=scaling.max_instances,
        )
        self._follow(_backlog(endpoint, scaling) if is_asynchronous else _requests(scaling))
        if is_asynchronous:
            self._wake_up()

    def _follow(self, tracking: autoscaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty) -> None:
        autoscaling.CfnScalingPolicy(
            self,
            "Follow",
            policy_name=f"{self._endpoint}-{self._variant}-follow",
            policy_type="TargetTrackingScaling",
            scaling_target_id=self._target.ref,
            target_tracking_scaling_policy_configuration=tracking,
        )

    def _wake_up(self) -> None:
        """Without an instance there is no backlog per instance to follow; this looks at the queue itself."""
        policy = autoscaling.CfnScalingPolicy
        waking = policy(
            self,
            "WakeUp",
            policy_name=f"{self._endpoint}-wake-up",
            policy_type="StepScaling",
            scaling_target_id=self._target.ref,
            step_scaling_policy_configuration=policy.StepScalingPolicyConfigurationProperty(
                adjustment_type="ChangeInCapacity",
                metric_aggregation_type="Average",
                cooldown=_SCALE_OUT_SECONDS,
                step_adjustments=[policy.StepAdjustmentProperty(scaling_adjustment=1, metric_interval_lower_bound=0)],
            ),
        )
        self._alarm_when_waiting(waking.ref)

    def _alarm_when_waiting(self, action: str) -> None:
        cloudwatch.CfnAlarm(
            self,
            "Waiting",
            alarm_description=f"{self._endpoint}: requests wait, and no instance runs; wakes one up",
            namespace=_NAMESPACE,
            metric_name="HasBacklogWithoutCapacity",
            dimensions=[cloudwatch.CfnAlarm.DimensionProperty(name="EndpointName", value=self._endpoint)],
            statistic="Average",
            period=60,
            evaluation_periods=1,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            treat_missing_data="missing",
            alarm_actions=[action],
        )


def _requests(
    scaling: Scaling,
) -> autoscaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty:
    policy = autoscaling.CfnScalingPolicy
    return policy.TargetTrackingScalingPolicyConfigurationProperty(
        target_value=scaling.invocations_per_instance_per_minute,
        scale_in_cooldown=_SCALE_IN_SECONDS,
        scale_out_cooldown=_SCALE_OUT_SECONDS,
        predefined_metric_specification=policy.PredefinedMetricSpecificationProperty(
            predefined_metric_type="SageMakerVariantInvocationsPerInstance"
        ),
    )


def _backlog(
    endpoint: str, scaling: Scaling
) -> autoscaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty:
    policy = autoscaling.CfnScalingPolicy
    return policy.TargetTrackingScalingPolicyConfigurationProperty(
        target_value=scaling.backlog_per_instance,
        scale_in_cooldown=_SCALE_IN_SECONDS,
        scale_out_cooldown=_SCALE_OUT_SECONDS,
        customized_metric_specification=policy.CustomizedMetricSpecificationProperty(
            namespace=_NAMESPACE,
            metric_name="ApproximateBacklogSizePerInstance",
            statistic="Average",
            dimensions=[policy.MetricDimensionProperty(name="EndpointName", value=endpoint)],
        ),
    )
