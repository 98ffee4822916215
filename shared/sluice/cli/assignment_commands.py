"""`sluice assignment`: what one unit gets and why, what is stored of it, and two identities made one."""

from dataclasses import asdict
from functools import partial
from typing import Annotated

import typer

from sluice.cli.connections import Connections
from sluice.cli.options import AsJson, Attributes, Unit, UnitType
from sluice.cli.output import show
from sluice.experiments.unit import DEFAULT_UNIT_TYPE, checked_unit_id, checked_unit_type

app = typer.Typer(help="What one unit gets, and why.", no_args_is_help=True)

Model = Annotated[str, typer.Option("--model", help="The model that it asks.", metavar="MODEL")]
OneExperiment = Annotated[str | None, typer.Option("--experiment", help="This one only.", metavar="KEY")]
Anonymous = Annotated[str, typer.Option("--anonymous", help="The unit's id before it was known.", metavar="ID")]
Known = Annotated[str, typer.Option("--known", help="The id that it turned out to have.", metavar="ID")]


@app.command("explain")
def explain(
    ctx: typer.Context,
    *,
    model: Model,
    unit: Unit,
    unit_type: UnitType = DEFAULT_UNIT_TYPE,
    attr: Attributes = None,
    experiment: OneExperiment = None,
    as_json: AsJson = False,
) -> None:
    """Explain what a unit gets of a model's running experiments: every rule in order, until one decided."""
    from sluice.cli.explained_unit import show_explained
    from sluice.errors import InvalidRequest
    from sluice.usecases.find_experiment import find_experiment

    connections: Connections = ctx.obj
    one = find_experiment(experiment, definitions=connections.definitions).experiment if experiment else None
    if one is not None and one.model != model:
        raise InvalidRequest(f"{one.subject} is of model {one.model!r}, not {model!r}")
    named = (unit_type, unit)
    show_explained(model, named, attr or [], experiment=one, connections=connections, as_json=as_json)


@app.command("show")
def show_unit(
    ctx: typer.Context, *, unit: Unit, unit_type: UnitType = DEFAULT_UNIT_TYPE, as_json: AsJson = False
) -> None:
    """Show what is stored of a unit: the variants that it keeps, and those that somebody forced."""
    from sluice.cli.unit_views import render_unit, unit_document
    from sluice.clock import SystemClock

    connections: Connections = ctx.obj
    unit_type, unit = checked_unit_type(unit_type, "--unit-type"), checked_unit_id(unit, "--unit")
    document = unit_document(unit_type, unit, connections.units.load(unit_type, unit, now=SystemClock().now()))
    show(document, as_json=as_json, render=partial(render_unit, document))


@app.command("merge")
def merge(
    ctx: typer.Context,
    *,
    anonymous: Anonymous,
    known: Known,
    unit_type: UnitType = DEFAULT_UNIT_TYPE,
    as_json: AsJson = False,
) -> None:
    """An anonymous unit turns out to be a known one: what the known unit lacks, it takes over."""
    from sluice.cli.unit_views import render_merger
    from sluice.clock import SystemClock
    from sluice.usecases.merge_identities import merge_identities

    connections: Connections = ctx.obj
    merger = merge_identities(
        unit_type, anonymous_id=anonymous, known_id=known, units=connections.units, clock=SystemClock()
    )
    document = {"unit_type": unit_type, "anonymous_id": anonymous, "known_id": known, **asdict(merger)}
    show(document, as_json=as_json, render=partial(render_merger, document))
