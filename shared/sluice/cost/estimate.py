"""A month's cost, line by line: first what is paid for nothing, then what requests cost."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from sluice.cost.cost_line import MILLION, MONTH_SECONDS, CostLine
from sluice.cost.experiment_costs import busy_experiments, idle_experiments
from sluice.cost.footprint import Footprint, ModelFootprint, Workload
from sluice.cost.price_table import PriceTable
from sluice.cost.rollout_costs import busy_rollouts, idle_rollouts

MONTH_HOURS = 30 * 24
_GB = 10**9
_MB_PER_GB = 1_024
_ACCESS_LOG_BYTES = 500
_FIREHOSE_STEP_BYTES = 5_000
_METRICS_PER_VERSION = 18  # nine metrics in two sets of dimensions
_METRICS_OF_UNITS = 2  # one more where requests name units; those of failures are there when there are failures
_TRACED_SHARE = 0.05  # and the first request of each second


@dataclass(frozen=True, slots=True)
class Estimate:
    """A month of thirty days."""

    lines: tuple[CostLine, ...]

    @property
    def idle_usd(self) -> float:
        """What is paid when nobody asks."""
        return sum(line.usd for line in self.lines if line.is_idle)

    @property
    def total_usd(self) -> float:
        """All of it."""
        return sum(line.usd for line in self.lines)


def estimate(footprint: Footprint, workload: Workload, prices: PriceTable) -> Estimate:
    """The cost of a month at list prices, without free tiers, data transfer and stored bytes."""
    rollouts = busy_rollouts(footprint, workload, prices)
    lines = (*_idle(footprint, workload, prices), *_busy(footprint, workload, prices), *rollouts)
    return Estimate(tuple(line for line in lines if line.usd))


def break_even_rps(
    footprint: Footprint, workload: Workload, prices: PriceTable, *, endpoint_usd_per_hour: float
) -> float:
    """The rate above which an endpoint that always runs costs less; 0 if it does at any rate. Bisection to 0.1 %."""
    budget = endpoint_usd_per_hour * MONTH_HOURS

    def costs(rps: float) -> float:
        return estimate(footprint, replace(workload, rps=rps), prices).total_usd

    low, high = 0.0, 1.0
    if costs(0.0) >= budget:
        return 0.0
    while costs(high) < budget:
        low, high = high, high * 2
    while high - low > high / 1_000:
        middle = (low + high) / 2
        low, high = (middle, high) if costs(middle) < budget else (low, middle)
    return high


def _idle(footprint: Footprint, workload: Workload, prices: PriceTable) -> Iterator[CostLine]:
    def line(component: str, units: float, price: str, why: str) -> CostLine:
        return CostLine(component, prices[price].of(units), why, is_idle=True, price=price)

    yield line("KMS keys", footprint.key_count, "kms_key", f"{footprint.key_count} keys of your own")
    if footprint.is_watched:
        alarms = footprint.alarm_count + sum(model.alarm_count for model in footprint.models)
        yield line("Alarms", alarms, "alarm", f"{alarms} watched metrics")
        yield line("Dashboards", len(footprint.models), "dashboard", f"one for each of {len(footprint.models)} models")
    if footprint.has_web_acl:
        yield line("Web ACL", 1, "web_acl", "one, with its rules")
    yield from idle_experiments(footprint, prices)
    yield from idle_rollouts(footprint, prices)
    for model in footprint.models:
        gb_seconds = _gb(model) * MONTH_SECONDS
        if model.starts_from_snapshot:
            cached = workload.versions * gb_seconds
            yield line(f"SnapStart cache, {model.name}", cached, "snapstart_gb_second", f"{workload.versions} versions")
        if model.provisioned_environments:
            count = model.provisioned_environments * workload.versions
            price = f"provisioned_gb_second_{footprint.architecture}"
            yield line(f"Kept ready, {model.name}", count * gb_seconds, price, f"{count} environments")


def _busy(footprint: Footprint, workload: Workload, prices: PriceTable) -> Iterator[CostLine]:
    requests = workload.rps * MONTH_SECONDS
    if not requests:
        return

    def line(component: str, units: float, price: str, why: str) -> CostLine:
        return CostLine(component, prices[price].of(units), why, is_idle=False, price=price)

    gateway = "rest_api_request" if footprint.uses_rest_api else "http_api_request"
    millions = requests / MILLION
    yield line("API Gateway", millions, gateway, f"{millions:,.1f} M requests")
    yield line("Lambda requests", millions, "lambda_request", f"{millions:,.1f} M requests")
    yield from _durations(footprint, workload, prices)
    logged = requests * (workload.record_bytes + _ACCESS_LOG_BYTES) / _GB
    yield line("Logs", logged, "logs_gb", f"{logged:,.1f} GB of records and access logs")
    per_version = _METRICS_PER_VERSION + (_METRICS_OF_UNITS if workload.unit_share else 0)
    metrics = len(footprint.models) * workload.versions * per_version
    yield line("Metrics", metrics, "custom_metric", f"{metrics} made from the records")
    traced = (min(workload.rps, 1.0) + _TRACED_SHARE * max(workload.rps - 1.0, 0.0)) * MONTH_SECONDS / MILLION
    yield line("Traces", traced, "trace", "one a second, and five of a hundred beyond")
    if workload.stored_share:
        yield line(
            "Stored records", millions * workload.stored_share, "s3_put", f"{workload.stored_share:.0%} of requests"
        )
    yield from busy_experiments(footprint, workload, prices)
    if footprint.ships_records:
        sent = requests * ceil(workload.record_bytes / _FIREHOSE_STEP_BYTES) * _FIREHOSE_STEP_BYTES / _GB
        yield line("Firehose", sent, "firehose_gb", f"{sent:,.1f} GB as it is metered")


def _durations(footprint: Footprint, workload: Workload, prices: PriceTable) -> Iterator[CostLine]:
    """Every model gets the same share; where environments are kept ready, running costs less."""
    seconds = workload.rps * MONTH_SECONDS * workload.ms / 1_000 / len(footprint.models)
    for is_ready, prefix in ((False, "lambda"), (True, "provisioned_running")):
        models = [model for model in footprint.models if bool(model.provisioned_environments) is is_ready]
        gb_seconds = seconds * sum(_gb(model) for model in models)
        price = f"{prefix}_gb_second_{footprint.architecture}"
        name = "Lambda duration, kept ready" if is_ready else "Lambda duration"
        yield CostLine(name, prices[price].of(gb_seconds), f"{gb_seconds:,.0f} GB-s", is_idle=False, price=price)


def _gb(model: ModelFootprint) -> float:
    return model.memory_mb / _MB_PER_GB
