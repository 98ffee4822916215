"""What experiments and outcomes add to a month: state of units, and a queue that is always asked."""

from collections.abc import Iterator

from sluice.cost.cost_line import MILLION, MONTH_SECONDS, CostLine
from sluice.cost.footprint import Footprint, Workload
from sluice.cost.price_table import PriceTable

_POLLERS, _POLL_SECONDS = 5, 20  # Lambda asks an empty queue so, and never stops
_READ_UNITS_PER_QUERY = 0.5  # eventually consistent, up to 4 KB
_QUEUE_REQUESTS = 3  # sent, received, deleted; fewer where outcomes come many at a time
_FUNCTION_REQUESTS = 2  # taken in, stored; as above


def idle_experiments(footprint: Footprint, prices: PriceTable) -> Iterator[CostLine]:
    """What is paid whether or not anybody sends an outcome."""
    polls = footprint.polled_queue_count * _POLLERS * MONTH_SECONDS / _POLL_SECONDS / MILLION
    why = f"{polls:.2f} M polls by Lambda; SQS's first million of an account is free"
    yield CostLine("Queue polls", prices["sqs_request"].of(polls), why, is_idle=True, price="sqs_request")


def busy_experiments(footprint: Footprint, workload: Workload, prices: PriceTable) -> Iterator[CostLine]:
    """Per request that names a unit, per unit's first request, and per outcome; at most, as caches save reads."""
    millions = workload.rps * MONTH_SECONDS / MILLION

    def line(component: str, units: float, price: str, why: str) -> CostLine:
        return CostLine(component, prices[price].of(units), why, is_idle=False, price=price)

    units, firsts = millions * workload.unit_share, millions * workload.first_share
    yield line("Units read", units * _READ_UNITS_PER_QUERY, "dynamodb_read", f"{units:,.2f} M queries at most")
    yield line("Assignments", firsts, "dynamodb_write", f"{firsts:,.2f} M, one at a unit's first exposure")
    outcomes = millions * workload.outcome_share
    gateway = "rest_api_request" if footprint.uses_rest_api else "http_api_request"
    yield line("Outcomes, API Gateway", outcomes, gateway, f"{outcomes:,.2f} M requests, sent one by one")
    yield line("Outcomes, Lambda requests", outcomes * _FUNCTION_REQUESTS, "lambda_request", "taken in, and stored")
    yield line("Outcomes, queue", outcomes * _QUEUE_REQUESTS, "sqs_request", "sent, received and deleted")
    yield line("Outcomes, stored", outcomes, "s3_put", "an object each")
