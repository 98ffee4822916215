"""What one unit gets of an experiment, as commands of `sluice experiment`: force it, explain it."""

import typer

from sluice.cli.connections import Connections
from sluice.cli.forced_variant import Days, OverrideWish, Remove, UnitTypeOrItsOwn, Variant, WhyForce, carry_out
from sluice.cli.options import AsJson, Attributes, By, Key, Unit


def add_to(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command("assign")(assign)
    app.command("explain")(explain)


def assign(  # noqa: PLR0913 - a command's arguments are its options
    ctx: typer.Context,
    key: Key,
    *,
    unit: Unit,
    unit_type: UnitTypeOrItsOwn = None,
    variant: Variant = None,
    days: Days = 7,
    remove: Remove = False,
    why: WhyForce = None,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Force a variant on one unit, to look at it or to show it, or let it go again; it never counts in an analysis."""
    from sluice.usecases.find_experiment import find_experiment

    connections: Connections = ctx.obj
    wish = OverrideWish(variant, days, remove, by, why)
    experiment = find_experiment(key, definitions=connections.definitions).experiment
    named = (unit_type or experiment.unit_type, unit)
    carry_out(wish, key, named, connections=connections, as_json=as_json)


def explain(
    ctx: typer.Context,
    key: Key,
    *,
    unit: Unit,
    unit_type: UnitTypeOrItsOwn = None,
    attr: Attributes = None,
    as_json: AsJson = False,
) -> None:
    """Explain what a unit gets now: every rule in order, with its numbers, until one decided."""
    from sluice.cli.explained_unit import show_explained
    from sluice.usecases.find_experiment import find_experiment

    connections: Connections = ctx.obj
    experiment = find_experiment(key, definitions=connections.definitions).experiment
    named = (unit_type or experiment.unit_type, unit)
    show_explained(experiment.model, named, attr or [], experiment=experiment, connections=connections, as_json=as_json)
