"""When to wake a model's owner. Each alarm says who that is, what it means, and which chapter of the runbook helps."""

from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.served_metrics import ServedMetrics
from infra.declarations.model import ModelSettings, ProvisionedConcurrency

_ALL_BPS = 10_000
_NEARLY_ALL = 0.9
_ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD


@dataclass(frozen=True, slots=True)
class _Bound:
    """`threshold` broken in `periods` periods of five minutes in a row; `meaning` goes into the alarm's text."""

    metric: cloudwatch.IMetric
    threshold: float
    chapter: str
    meaning: str
    periods: int = 1
    ignores_few_samples: bool = False


class ModelAlarms(Construct):
    """`alarms`, for the dashboard. No data is no alarm: a model that nobody asks costs nothing and is well."""

    def __init__(
        self, scope: Construct, construct_id: str, *, model: ModelSettings, metrics: ServedMetrics, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, construct_id)
        self._model, self._topic = model, topic
        self.alarms = [self._alarm(name, bound) for name, bound in _bounds(model, metrics).items()]

    def _alarm(self, name: str, bound: _Bound) -> cloudwatch.Alarm:
        runbook = f"{self._model.runbook}#{bound.chapter}"
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=bound.metric,
            threshold=bound.threshold,
            evaluation_periods=bound.periods,
            comparison_operator=_ABOVE,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            evaluate_low_sample_count_percentile="ignore" if bound.ignores_few_samples else None,
            alarm_description=f"{self._model.name}: {bound.meaning}. Owner: {self._model.owner}. Runbook: {runbook}",
        )
        alarm.add_alarm_action(actions.SnsAction(self._topic))
        alarm.add_ok_action(actions.SnsAction(self._topic))
        return alarm


def _bounds(model: ModelSettings, metrics: ServedMetrics) -> dict[str, _Bound]:
    return _errors(model, metrics) | _speed(model, metrics) | _capacity(model, metrics)


def _errors(model: ModelSettings, metrics: ServedMetrics) -> dict[str, _Bound]:
    limit_bps = model.alarms.server_errors_bps
    rate, share = limit_bps / _ALL_BPS, f"more than {limit_bps} bps of its requests failed for ten minutes"
    of_one = f"{share}, of one function version"
    crashed = "its function crashed, ran out of time or could not start"
    return {
        "ServerErrors": _Bound(metrics.server_error_rate(per_version=False), rate, "server-errors", share, 2),
        "ServerErrorsOfOneVersion": _Bound(metrics.server_error_rate(per_version=True), rate, "one-version", of_one, 2),
        "Crashes": _Bound(metrics.live("Errors", "Sum"), 0, "crashes", crashed),
    }


def _speed(model: ModelSettings, metrics: ServedMetrics) -> dict[str, _Bound]:
    limit_ms, limit = model.alarms.p99_latency_ms, model.alarms.throttles
    slow = f"its slowest hundredth took more than {limit_ms} ms for fifteen minutes"
    refused = f"more than {limit} requests found no free environment in five minutes"
    latency, throttles = metrics.live("Duration", "p99"), metrics.whole_function("Throttles", "Sum")
    return {
        "Latency": _Bound(latency, limit_ms, "latency", slow, 3, ignores_few_samples=True),
        "Throttles": _Bound(throttles, limit, "throttles", refused),
    }


def _capacity(model: ModelSettings, metrics: ServedMetrics) -> dict[str, _Bound]:
    bounds = {}
    if model.reserved_concurrency:
        limit = model.reserved_concurrency * _NEARLY_ALL
        meaning = f"it uses nine tenths of its {model.reserved_concurrency} reserved environments"
        running = metrics.whole_function("ConcurrentExecutions", "Maximum")
        bounds["Concurrency"] = _Bound(running, limit, "concurrency", meaning)
    if isinstance(model.warmth, ProvisionedConcurrency):
        spilled = metrics.live("ProvisionedConcurrencySpilloverInvocations", "Sum")
        bounds["Spillover"] = _Bound(
            spilled, 0, "spillover", "requests met a cold start beside its warm environments", 3
        )
    return bounds
