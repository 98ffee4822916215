"""`sluice cost`: what an environment costs, before it is deployed."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.options import AsJson
from sluice.cli.output import show, table

if TYPE_CHECKING:
    from rich.console import Console

    from sluice.cost.cost_line import CostLine
    from sluice.cost.price_table import PriceTable

app = typer.Typer(help="What an environment costs.", no_args_is_help=True)

Env = Annotated[str, typer.Option("--env", help="An environment of infra/environments.py.")]
Rps = Annotated[float, typer.Option(help="Requests per second over all models, all month.", min=0)]
Ms = Annotated[float, typer.Option(help="Milliseconds that Lambda bills for a request.", min=1)]
RecordBytes = Annotated[int, typer.Option(help="Bytes of a request's record.", min=1)]
StoredPercent = Annotated[float, typer.Option(help="Requests of high risk, whose records are stored.", min=0, max=100)]
UnitPercent = Annotated[float, typer.Option(help="Requests that name a unit.", min=0, max=100)]
FirstPercent = Annotated[float, typer.Option(help="Requests that are a unit's first exposure.", min=0, max=100)]
OutcomePercent = Annotated[float, typer.Option(help="Outcomes for a hundred requests.", min=0)]
Rollouts = Annotated[float, typer.Option(help="Rollouts started in the month.", min=0)]
RolloutHours = Annotated[float, typer.Option(help="How long one takes.", min=0)]
Hourly = Annotated[float | None, typer.Option(help="An endpoint to compare with; else the table's.", min=0)]


@app.callback()
def cost() -> None:
    """What an environment costs."""


@app.command("estimate")
def estimate_command(  # noqa: PLR0913 - a command's arguments are its options
    *,
    env: Env,
    rps: Rps,
    ms: Ms = 5.0,
    record_bytes: RecordBytes = 2_000,
    stored_percent: StoredPercent = 0.0,
    unit_percent: UnitPercent = 0.0,
    first_percent: FirstPercent = 0.0,
    outcome_percent: OutcomePercent = 0.0,
    rollouts: Rollouts = 0.0,
    rollout_hours: RolloutHours = 10.0,
    endpoint_usd_per_hour: Hourly = None,
    as_json: AsJson = False,
) -> None:
    """Estimate a month at list prices: idle first, then per request, then against an endpoint that always runs."""
    from sluice.cli.environment_file import declared_footprint
    from sluice.cost.estimate import break_even_rps, estimate
    from sluice.cost.footprint import Workload
    from sluice.cost.price_table import load_prices

    prices, footprint = load_prices(), declared_footprint(env)
    workload = Workload(
        rps,
        ms,
        record_bytes,
        stored_percent / 100,
        unit_share=unit_percent / 100,
        first_share=first_percent / 100,
        outcome_share=outcome_percent / 100,
        rollouts=rollouts,
        rollout_hours=rollout_hours,
    )
    hourly = prices["endpoint_hour"].usd if endpoint_usd_per_hour is None else endpoint_usd_per_hour
    found = estimate(footprint, workload, prices)
    document = {
        "environment": env,
        "region": prices.region,
        "prices_as_of": prices.as_of,
        "requests_per_second": rps,
        "idle_usd": round(found.idle_usd, 2),
        "total_usd": round(found.total_usd, 2),
        "components": [_component(line, prices) for line in found.lines],
        "endpoint_usd_per_hour": hourly,
        "break_even_rps": round(break_even_rps(footprint, workload, prices, endpoint_usd_per_hour=hourly), 1),
    }
    show(document, as_json=as_json, render=partial(_render, document, endpoint=prices["endpoint_hour"].per))


def _component(line: "CostLine", prices: "PriceTable") -> dict[str, Any]:
    price = prices[line.price]
    return {
        "component": line.component,
        "usd": round(line.usd, 2),
        "is_idle": line.is_idle,
        "why": line.why,
        "usd_per_unit": price.usd,
        "unit": price.per,
        "source": price.source,
        "is_verified": price.verified,
    }


def _render(document: dict[str, Any], console: "Console", *, endpoint: str) -> None:
    where = f"{document['environment']}, {document['region']}"
    console.print(f"{where}, list prices of {document['prices_as_of']}, a month of 30 days")
    rows = [*_rows(document, is_idle=True), ("idle", f"{document['idle_usd']:,.2f}", "with nobody asking")]
    rows += [*_rows(document, is_idle=False)]
    rows.append(
        ("in all", f"{document['total_usd']:,.2f}", f"at {document['requests_per_second']:g} requests a second")
    )
    console.print(table(["Component", "US dollars", "For"], rows))
    other = f"{document['endpoint_usd_per_hour']:g} dollars an hour ({endpoint})"
    console.print(f"An endpoint at {other} costs less above {document['break_even_rps']:,} requests a second.")
    console.print("Left out: free tiers, data transfer, stored bytes, KMS calls. * price not verified against a page.")


def _rows(document: dict[str, Any], *, is_idle: bool) -> list[tuple[str, str, str]]:
    chosen = [each for each in document["components"] if each["is_idle"] is is_idle]
    return [
        (each["component"], f"{each['usd']:,.2f}{'' if each['is_verified'] else ' *'}", each["why"]) for each in chosen
    ]
