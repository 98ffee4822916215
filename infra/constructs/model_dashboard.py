"""What a model's owner looks at: who gets traffic, how fast, how well, and what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.constructs.lambda_prices import AS_OF, USD_PER_GB_SECOND, USD_PER_REQUEST
from infra.constructs.rollout_metrics import RolloutMetrics
from infra.constructs.served_metrics import PERIOD, ServedMetrics
from infra.declarations.environment import Architecture
from infra.declarations.model import ModelSettings

_HALF = 12
_MB_PER_GB = 1024


@dataclass(frozen=True, slots=True)
class DashboardProps:
    """`name` is the dashboard's own; `alarms` are shown with their state."""

    name: str
    model: ModelSettings
    metrics: ServedMetrics
    alarms: Sequence[cloudwatch.IAlarm]
    architecture: Architecture
    rollouts: RolloutMetrics | None = None


class ModelDashboard(cloudwatch.Dashboard):
    """One per model; versions appear by themselves when they get traffic."""

    def __init__(self, scope: Construct, construct_id: str, props: DashboardProps) -> None:
        super().__init__(scope, construct_id, dashboard_name=props.name)
        self.add_widgets(_words(props.model), cloudwatch.AlarmStatusWidget(alarms=list(props.alarms), width=_HALF))
        self.add_widgets(*_traffic(props.metrics))
        self.add_widgets(*_latency(props.metrics))
        self.add_widgets(*_errors(props.metrics))
        self.add_widgets(*_units(props.metrics))
        self.add_widgets(_capacity(props.metrics), _cost(props))
        if props.rollouts:
            self.add_widgets(*_rollouts(props.rollouts))


def _words(model: ModelSettings) -> cloudwatch.TextWidget:
    lines = [
        f"# {model.name}",
        f"Owner: {model.owner}. Runbook: {model.runbook}",
        f"Traffic: `sluice alias show {model.name}`. A rollout: `sluice rollout status {model.name}`",
    ]
    return cloudwatch.TextWidget(markdown="\n\n".join(lines), width=_HALF, height=4)


def _traffic(metrics: ServedMetrics) -> tuple[cloudwatch.IWidget, ...]:
    by_function_version = metrics.by_function_version("LatencyMs", "SampleCount")
    by_model_version = metrics.by_model_version("LatencyMs", "SampleCount")
    return _graph("Requests by function version", by_function_version), _graph(
        "Requests by model version", by_model_version
    )


def _latency(metrics: ServedMetrics) -> tuple[cloudwatch.IWidget, ...]:
    warm = [metrics.by_function_version("LatencyMs", each, label=each) for each in ("p50", "p95", "p99")]
    cold = [metrics.by_function_version("ColdLatencyMs", each, label=each) for each in ("p50", "p99")]
    starts = metrics.by_function_version("ColdStarts", "Sum", label="cold starts")
    return _graph("Latency without cold starts, ms", *warm), _graph("Latency of cold starts, ms", *cold, right=[starts])


def _errors(metrics: ServedMetrics) -> tuple[cloudwatch.IWidget, ...]:
    ours = metrics.by_function_version("ServerErrors", "Average")
    theirs = metrics.by_function_version("ClientErrors", "Average")
    return _graph("Server errors, share of requests", ours), _graph("Client errors, share of requests", theirs)


def _units(metrics: ServedMetrics) -> tuple[cloudwatch.IWidget, ...]:
    """Of requests that name one. What did not happen has no line."""
    happened = {
        "AssignmentFallbacks": "state not read in time",
        "VariantFailures": "variant failed, another answered",
        "IgnoredAssignments": "stored, but counts no more",
        "MissingAttributes": "attribute missing",
    }
    counted = [metrics.by_function_version(name, "Sum", label=label) for name, label in happened.items()]
    deciding = [metrics.by_function_version("AssignMs", each, label=each) for each in ("p50", "p99")]
    return _graph("Units that did not get their variant", *counted), _graph("Deciding for a unit, ms", *deciding)


def _capacity(metrics: ServedMetrics) -> cloudwatch.GraphWidget:
    running = metrics.whole_function("ConcurrentExecutions", "Maximum")
    return _graph("Environments in use, and throttles", running, right=[metrics.whole_function("Throttles", "Sum")])


def _rollouts(metrics: RolloutMetrics) -> tuple[cloudwatch.IWidget, ...]:
    """Of the whole environment: whether controllers live, and whether the net below them holds."""
    kinds = ("ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted")
    ended = [metrics.executions(kind) for kind in kinds]
    looks = [metrics.looks("Invocations"), metrics.looks("Errors")]
    return _graph("Rollout controllers, all models", *ended), _graph(
        "Failsafe: looks, and rollouts that it ended", *looks, right=[metrics.restored]
    )


def _cost(props: DashboardProps) -> cloudwatch.GraphWidget:
    """Duration and requests at list price, per period; without gateway, logs and free tier."""
    gigabytes = props.model.memory_mb / _MB_PER_GB
    per_ms = gigabytes * USD_PER_GB_SECOND[props.architecture] / 1_000
    spent = cloudwatch.MathExpression(
        expression=f"duration * {per_ms:.12f} + requests * {USD_PER_REQUEST:.7f}",
        using_metrics={
            "duration": props.metrics.whole_function("Duration", "Sum"),
            "requests": props.metrics.whole_function("Invocations", "Sum"),
        },
        period=PERIOD,
        label="US dollars",
    )
    return _graph(f"Lambda cost per 5 minutes ({AS_OF})", spent)


def _graph(title: str, *left: cloudwatch.IMetric, right: Sequence[cloudwatch.IMetric] = ()) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(left), right=list(right), width=_HALF)
