"""What rollouts add to a month: a controller that looks every minute, and a failsafe that always does."""

from collections.abc import Iterator

from sluice.cost.cost_line import MILLION, MONTH_SECONDS, CostLine
from sluice.cost.footprint import Footprint, Workload
from sluice.cost.price_table import PriceTable

_TICK_SECONDS = 60
_TRANSITIONS_PER_TICK = 3  # it ticks, it asks whether that was all, it waits
_METRICS_PER_TICK = 60  # of both sides, each statistic counted
_GB_SECONDS_PER_TICK = 0.5  # one GB for half a second
_READS_PER_TICK = 6  # the rollout, the ledger's head, the registry; of up to 4 KB each
_WRITES_PER_TICK = 8  # the rollout twice, at up to 4 KB; a record now and then
_GB_SECONDS_PER_LOOK = 0.02  # 256 MB for some tens of milliseconds


def idle_rollouts(footprint: Footprint, prices: PriceTable) -> Iterator[CostLine]:
    """The failsafe looks every minute whether or not a rollout is open."""
    if not footprint.has_failsafe:
        return
    looks = MONTH_SECONDS / _TICK_SECONDS
    millions, gb_seconds = looks / MILLION, looks * _GB_SECONDS_PER_LOOK
    compute = prices[f"lambda_gb_second_{footprint.architecture}"].of(gb_seconds)
    usd = compute + sum(prices[each].of(millions) for each in ("lambda_request", "scheduled_call", "dynamodb_read"))
    why = f"{looks:,.0f} looks for a lapsed rollout, one a minute"
    yield CostLine("Failsafe", usd, why, is_idle=True, price="scheduled_call")


def busy_rollouts(footprint: Footprint, workload: Workload, prices: PriceTable) -> Iterator[CostLine]:
    """Per tick, and there is one a minute. What the candidate serves is in the other lines."""
    ticks = workload.rollouts * workload.rollout_hours * 3_600 / _TICK_SECONDS
    millions = ticks / MILLION

    def line(component: str, units: float, price: str, why: str) -> CostLine:
        return CostLine(component, prices[price].of(units), why, is_idle=False, price=price)

    per_tick, metrics = millions * _TRANSITIONS_PER_TICK, millions * _METRICS_PER_TICK
    duration = f"lambda_gb_second_{footprint.architecture}"
    yield line("Rollouts, waiting", per_tick, "state_transition", f"{ticks:,.0f} ticks, three transitions each")
    yield line("Rollouts, metrics read", metrics, "metric_read", f"{_METRICS_PER_TICK} of both sides for each tick")
    yield line("Rollouts, judging", ticks * _GB_SECONDS_PER_TICK, duration, "one GB for half a second each")
    yield line("Rollouts, Lambda requests", millions, "lambda_request", "one for each tick")
    yield line("Rollouts, state read", millions * _READS_PER_TICK, "dynamodb_read", "rollout, ledger, registry")
    yield line("Rollouts, state kept", millions * _WRITES_PER_TICK, "dynamodb_write", "rollout and ledger")
