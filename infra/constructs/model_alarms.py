"""When to wake a model's owner."""

from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.owned_alarm import Bound, Owned, owned_alarm
from infra.constructs.served_metrics import ServedMetrics
from infra.declarations.model import ModelSettings, ProvisionedConcurrency

_ALL_BPS = 10_000
_NEARLY_ALL = 0.9


class ModelAlarms(Construct):
    """`alarms`, for the dashboard."""

    def __init__(
        self, scope: Construct, construct_id: str, *, model: ModelSettings, metrics: ServedMetrics, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, construct_id)
        owned = Owned(model.name, model.owner, model.runbook, topic)
        self.alarms = [owned_alarm(self, name, bound, of=owned) for name, bound in _bounds(model, metrics).items()]


def _bounds(model: ModelSettings, metrics: ServedMetrics) -> dict[str, Bound]:
    return _errors(model, metrics) | _speed(model, metrics) | _capacity(model, metrics)


def _errors(model: ModelSettings, metrics: ServedMetrics) -> dict[str, Bound]:
    limit_bps = model.alarms.server_errors_bps
    rate, share = limit_bps / _ALL_BPS, f"more than {limit_bps} bps of its requests failed for ten minutes"
    of_one = f"{share}, of one function version"
    crashed = "its function crashed, ran out of time or could not start"
    return {
        "ServerErrors": Bound(metrics.server_error_rate(per_version=False), rate, "server-errors", share, 2),
        "ServerErrorsOfOneVersion": Bound(metrics.server_error_rate(per_version=True), rate, "one-version", of_one, 2),
        "Crashes": Bound(metrics.live("Errors", "Sum"), 0, "crashes", crashed),
    }


def _speed(model: ModelSettings, metrics: ServedMetrics) -> dict[str, Bound]:
    limit_ms, limit = model.alarms.p99_latency_ms, model.alarms.throttles
    slow = f"its slowest hundredth took more than {limit_ms} ms for fifteen minutes"
    refused = f"more than {limit} requests found no free environment in five minutes"
    latency, throttles = metrics.live("Duration", "p99"), metrics.whole_function("Throttles", "Sum")
    return {
        "Latency": Bound(latency, limit_ms, "latency", slow, 3, ignores_few_samples=True),
        "Throttles": Bound(throttles, limit, "throttles", refused),
    }


def _capacity(model: ModelSettings, metrics: ServedMetrics) -> dict[str, Bound]:
    bounds = {}
    if model.reserved_concurrency:
        limit = model.reserved_concurrency * _NEARLY_ALL
        meaning = f"it uses nine tenths of its {model.reserved_concurrency} reserved environments"
        running = metrics.whole_function("ConcurrentExecutions", "Maximum")
        bounds["Concurrency"] = Bound(running, limit, "concurrency", meaning)
    if isinstance(model.warmth, ProvisionedConcurrency):
        spilled = metrics.live("ProvisionedConcurrencySpilloverInvocations", "Sum")
        bounds["Spillover"] = Bound(
            spilled, 0, "spillover", "requests met a cold start beside its warm environments", 3
        )
    return bounds
