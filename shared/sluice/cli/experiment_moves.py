"""The moves of an experiment's life, as commands of `sluice experiment`."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from sluice.cli.connections import Connections
from sluice.cli.options import AsJson, By, Key, Why
from sluice.cli.output import show
from sluice.cli.weights import weight_bps, weights_bps

if TYPE_CHECKING:
    from sluice.experiments.revisions import ExperimentRevision

Coverage = Annotated[
    int | None, typer.Option(help="How many of the eligible units enter: 50%.", parser=weight_bps, metavar="SHARE")
]
Weights = Annotated[
    dict[str, int] | None,
    typer.Option(help="Shares of new units: control=20%,treatment=80%.", parser=weights_bps, metavar="SHARES"),
]
Winner = Annotated[str | None, typer.Option("--variant", help="The variant that is to stay.", metavar="VARIANT")]
NoWinner = Annotated[bool, typer.Option("--no-variant", help="None is to stay.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the group."""
    for move in (start, ramp, stop, conclude, archive):
        app.command(move.__name__)(move)


def start(ctx: typer.Context, key: Key, *, why: Why, by: By, as_json: AsJson = False) -> None:
    """Start a draft: its slots become its own, and from now on only moves change it."""
    from sluice.clock import SystemClock
    from sluice.usecases.definition_change import Change
    from sluice.usecases.start_experiment import start_experiment

    connections: Connections = ctx.obj
    started = start_experiment(
        key,
        change=Change(by, why),
        definitions=connections.definitions,
        surroundings=connections.surroundings,
        clock=SystemClock(),
    )
    _show(started, as_json=as_json)


def ramp(
    ctx: typer.Context,
    key: Key,
    *,
    coverage: Coverage = None,
    weights: Weights = None,
    why: Why,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Let more units in with --coverage, or give new ones other shares with --weights; nobody who is in moves."""
    from sluice.clock import SystemClock
    from sluice.usecases.definition_change import Change
    from sluice.usecases.ramp_experiment import ramp_experiment
    from sluice.usecases.reallocate_experiment import reallocate_experiment

    if (coverage is None) is (weights is None):
        raise typer.BadParameter("give either --coverage or --weights")
    change, definitions, clock = Change(by, why), ctx.obj.definitions, SystemClock()
    if coverage is not None:
        ramped = ramp_experiment(key, coverage, change=change, definitions=definitions, clock=clock)
    else:
        ramped = reallocate_experiment(key, weights or {}, change=change, definitions=definitions, clock=clock)
    _show(ramped, as_json=as_json)


def stop(ctx: typer.Context, key: Key, *, why: Why, by: By, as_json: AsJson = False) -> None:
    """Take the treatments from everybody, for good; what is left is to conclude it."""
    from sluice.clock import SystemClock
    from sluice.usecases.definition_change import Change
    from sluice.usecases.stop_experiment import stop_experiment

    stopped = stop_experiment(key, change=Change(by, why), definitions=ctx.obj.definitions, clock=SystemClock())
    _show(stopped, as_json=as_json)


def conclude(
    ctx: typer.Context,
    key: Key,
    *,
    variant: Winner = None,
    no_variant: NoWinner = False,
    why: Why,
    by: By,
    as_json: AsJson = False,
) -> None:
    """End it, and say what it ended with; its slots rest before another experiment may have them."""
    from sluice.clock import SystemClock
    from sluice.usecases.conclude_experiment import conclude_experiment
    from sluice.usecases.definition_change import Change

    if (variant is None) is not no_variant:
        raise typer.BadParameter("give either --variant or --no-variant")
    concluded = conclude_experiment(
        key, variant, change=Change(by, why), definitions=ctx.obj.definitions, clock=SystemClock()
    )
    _show(concluded, as_json=as_json)


def archive(ctx: typer.Context, key: Key, *, why: Why, by: By, as_json: AsJson = False) -> None:
    """Put a draft or a concluded experiment out of the way; its history stays."""
    from sluice.clock import SystemClock
    from sluice.usecases.archive_experiment import archive_experiment
    from sluice.usecases.definition_change import Change

    archived = archive_experiment(key, change=Change(by, why), definitions=ctx.obj.definitions, clock=SystemClock())
    _show(archived, as_json=as_json)


def _show(revision: "ExperimentRevision", *, as_json: bool) -> None:
    from sluice.cli.experiment_views import render_experiments
    from sluice.experiments.revision_views import experiment_view

    document = experiment_view(revision)
    show(document, as_json=as_json, render=partial(render_experiments, [document]))
