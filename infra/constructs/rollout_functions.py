"""The functions that may move an alias: the controller's tick, and the failsafe below it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from functions.failsafe.settings import FailsafeSettings
from functions.rollout_steps.settings import RolloutStepsSettings
from infra.constructs.acknowledgements import acknowledge, acknowledge_wildcards
from infra.constructs.domain_bus import DomainBus
from infra.constructs.following_alias import following_alias
from infra.constructs.function_layers import FunctionLayers
from infra.constructs.function_names import function_arn, model_function_arns
from infra.constructs.minute_schedule import MinuteSchedule
from infra.constructs.python_function import FunctionPlace, FunctionShape, PythonFunction
from infra.constructs.rollout_data import RolloutData, decision_names, grant_decide
from infra.constructs.served_metrics import PERIOD, metrics_namespace_of
from infra.declarations.environment import Environment

_STEPS_MEMORY_MB, _FAILSAFE_MEMORY_MB = 1_024, 256
_STEPS_TIMEOUT_SECONDS = 300  # one tick may warm a candidate up; the lease outlives two of them
_FAILSAFE_TIMEOUT_SECONDS = 50  # over before the next one begins


@dataclass(frozen=True, slots=True)
class RolloutProps:
    """What both functions need; the model functions write their records into `record_groups`."""

    place: FunctionPlace
    environment: Environment
    layers: FunctionLayers
    data: RolloutData
    bus: DomainBus
    record_groups: Sequence[logs.ILogGroup]

    @property
    def told(self) -> Mapping[str, str]:
        """What the settings of both hold."""
        data, environment = self.data, self.environment
        return {
            **decision_names(data),
            "registry_table": data.registry.table.table_name,
            "event_bus": self.bus.name,
            "function_prefix": environment.function_prefix,
            "runbook": environment.rollouts.runbook,
        }


class RolloutSteps(Construct):
    """`alias`, which the machine calls once a minute: one call is one tick, and a tick is the whole controller."""

    def __init__(self, scope: Construct, construct_id: str, props: RolloutProps) -> None:
        super().__init__(scope, construct_id)
        namespace = metrics_namespace_of(props.environment)
        settings = RolloutStepsSettings.model_validate({**props.told, "metrics_namespace": namespace})
        shape = FunctionShape(
            source="rollout_steps",
            description="One tick of a rollout: reads, judges, decides, and moves the alias",
            layers=(props.layers.onnx, props.layers.runtime),  # NumPy compares golden examples
            variables=settings.to_environment(),
            memory_mb=_STEPS_MEMORY_MB,
            timeout_seconds=_STEPS_TIMEOUT_SECONDS,
        )
        ours = PythonFunction(self, "Steps", place=props.place, shape=shape)
        grant_decide(props.data, ours.role)
        props.bus.grant_tell(ours.role)
        functions = model_function_arns(self, props.environment)
        _let_move(ours.role, functions)
        _let_call(ours.role, functions)
        _let_read_records(ours.role, functions, props.record_groups)
        hooks = [function_arn(self, name) for name in props.environment.rollouts.hooks]
        if hooks:
            _allow(ours.role, ("lambda:InvokeFunction",), hooks)
        # CloudWatch knows no narrower resource for it; the role's star is acknowledged for the traces already.
        _allow(ours.role, ("cloudwatch:GetMetricData",), ["*"])
        self.alias = following_alias(self, ours.function)


class Failsafe(Construct):
    """`function`, on a schedule of its own; `restored`, how many rollouts it had to end."""

    def __init__(self, scope: Construct, construct_id: str, props: RolloutProps) -> None:
        super().__init__(scope, construct_id)
        shape = FunctionShape(
            source="failsafe",
            description="Takes the traffic of a candidate away that nobody looks after any more",
            layers=(props.layers.runtime,),
            variables=FailsafeSettings.model_validate(props.told).to_environment(),
            memory_mb=_FAILSAFE_MEMORY_MB,
            timeout_seconds=_FAILSAFE_TIMEOUT_SECONDS,
            reserved_concurrency=1 if props.environment.rollouts.reserves_failsafe else None,
        )
        ours = PythonFunction(self, "Failsafe", place=props.place, shape=shape)
        grant_decide(props.data, ours.role)
        props.bus.grant_tell(ours.role)
        _let_move(ours.role, model_function_arns(self, props.environment))
        alias = following_alias(self, ours.function)
        again = "the next minute tries again; Lambda's own repetitions would only queue before it"
        alias.configure_async_invoke(max_event_age=cdk.Duration.minutes(1), retry_attempts=0)
        acknowledge(alias, "Serverless::Serverless-LambdaAsyncFailureDestination", again)
        MinuteSchedule(self, "Every", target=alias, event={})
        self.function = ours.function
        self.restored = _restored(self, ours.log_group, namespace=metrics_namespace_of(props.environment))


def _let_move(role: iam.Role, function_arns: Sequence[str]) -> None:
    """An alias belongs to its function, as far as policies go."""
    _allow(role, ("lambda:GetAlias", "lambda:UpdateAlias"), function_arns)


def _let_call(role: iam.Role, function_arns: Sequence[str]) -> None:
    """Versions alone: a candidate is asked before it has any traffic."""
    versions = [f"{arn}:*" for arn in function_arns]
    _allow(role, ("lambda:InvokeFunction",), versions)
    acknowledge_wildcards(role, versions, "a function version's number is given when it is published")


def _let_read_records(role: iam.Role, function_arns: Sequence[str], groups: Sequence[logs.ILogGroup]) -> None:
    """Records have the predictions that guardrails compare, and what copies for a shadow gate are made of.

    Which group holds them, the function's configuration says.
    """
    _allow(role, ("lambda:GetFunctionConfiguration",), function_arns)
    _allow(role, ("logs:FilterLogEvents",), [group.log_group_arn for group in groups])


def _restored(scope: Construct, log_group: logs.ILogGroup, *, namespace: str) -> cloudwatch.Metric:
    counted = logs.MetricFilter(
        scope,
        "Restored",
        log_group=log_group,
        filter_pattern=logs.FilterPattern.string_value("$.record", "=", "failsafe_restored"),
        metric_namespace=namespace,
        metric_name="FailsafeRestored",
        metric_value="1",
    )
    return counted.metric(statistic="Sum", period=PERIOD)


def _allow(role: iam.Role, actions: Sequence[str], resources: Sequence[str]) -> None:
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=list(resources)))
