"""`sluice rollout`: from the first share of the traffic to all of it, or back."""

from functools import partial
from typing import Annotated

import typer

from sluice.cli import rollout_moves, rollout_plans
from sluice.cli.options import AsJson, By, ModelName, Why
from sluice.cli.output import show
from sluice.cli.rollout_connections import RolloutConnections
from sluice.cli.rollout_moves import OneRollout

app = typer.Typer(help="A release, step by step.", no_args_is_help=True)
app.add_typer(rollout_plans.app, name="plan")

To = Annotated[str | None, typer.Option(help="The candidate's function version.", metavar="FUNCTION_VERSION")]
Release = Annotated[int | None, typer.Option(help="The candidate's release.", min=1)]
RolloutId = Annotated[str | None, typer.Option("--id", help="Its id; the same again is accepted.", metavar="ID")]
Follow = Annotated[bool, typer.Option("--follow", help="Be its controller, until it is over.")]
Machine = Annotated[bool, typer.Option("--machine", help="Have the plane's state machine be it, as on AWS.")]
Watch = Annotated[bool, typer.Option("--watch", help="Look again and again, until it is over.")]
Every = Annotated[float, typer.Option("--every", help="Seconds between two looks.", min=0.1)]
OneModel = Annotated[str | None, typer.Argument(metavar="[MODEL]", help="All of this model; else all open ones.")]


@app.command("start")
def start(  # noqa: PLR0913 - every option is named
    ctx: typer.Context,
    model: ModelName,
    *,
    to: To = None,
    release: Release = None,
    plan: rollout_plans.PlanFile = None,
    policy: rollout_plans.Policy = None,
    rehearsal: rollout_plans.Rehearsal = False,
    predictions: rollout_plans.Predictions = "",
    rollout_id: RolloutId = None,
    follow: Follow = False,
    machine: Machine = False,
    why: Why,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Start a rollout of a release or a function version, by a plan of yours or by a policy.

    On AWS a state machine is its controller, and on the local plane with --machine. There this command can be, with
    --follow: it ticks with every minute of the plane's clock, and prints one line, or JSON document, per tick.
    """
    from sluice.cli.rollout_following import follow_rollout
    from sluice.cli.rollout_views import render_rollouts
    from sluice.rollouts.rollout_view import rollout_view
    from sluice.usecases.start_rollout import RolloutWish, start_rollout

    if follow and machine:
        raise typer.BadParameter("--follow and --machine are two controllers: name one")
    rollouts = RolloutConnections(ctx.obj)
    wanted = rollout_plans.wanted_plan(plan, policy, is_rehearsal=rehearsal, output=predictions)
    now = rollouts.clock.now()
    wish = RolloutWish(rollout_id or f"{now:%Y%m%d-%H%M%S}", wanted, by, why, release, to)
    runner = rollouts.machine if machine else rollouts.runner
    started = start_rollout(model, wish, ports=rollouts.ports, runner=runner)
    if follow:
        follow_rollout(started, started.epoch, rollouts, as_json=as_json)
    else:
        document = rollout_view(started, now=now)
        show(document, as_json=as_json, render=partial(render_rollouts, [document]))


@app.command("follow")
def follow_command(ctx: typer.Context, model: ModelName, *, as_json: AsJson = False) -> None:
    """Take the open rollout of a model over: be its controller, until it is over; whoever was it can write no more."""
    from sluice.cli.rollout_following import follow_rollout
    from sluice.cli.rollout_looks import open_rollout_of

    rollouts = RolloutConnections(ctx.obj)
    state = open_rollout_of(model, rollouts)
    follow_rollout(state, state.epoch + 1, rollouts, as_json=as_json)


@app.command("status")
def status(
    ctx: typer.Context, model: ModelName, *, watch: Watch = False, every: Every = 5.0, as_json: AsJson = False
) -> None:
    """Show the open rollout of a model, or its newest: step, weight, what the judge says now, time left.

    With --watch it looks again until the rollout is over; with --json that is one document per look.
    """
    from sluice.cli.rollout_looks import look_at_newest, watch_rollout
    from sluice.cli.rollout_views import render_rollout

    rollouts = RolloutConnections(ctx.obj)
    if watch:
        watch_rollout(model, rollouts, every_seconds=every, as_json=as_json)
    else:
        document = look_at_newest(model, rollouts)
        show(document, as_json=as_json, render=partial(render_rollout, document))


@app.command("list")
def list_command(ctx: typer.Context, model: OneModel = None, *, as_json: AsJson = False) -> None:
    """List the open rollouts of all models, or all rollouts of one, newest first."""
    from sluice.cli.rollout_views import render_rollouts
    from sluice.rollouts.rollout_view import rollout_view

    rollouts = RolloutConnections(ctx.obj)
    store, now = rollouts.ports.store, rollouts.clock.now()
    found = store.list_rollouts(model) if model else store.list_open()
    documents = [rollout_view(each, now=now) for each in found]
    show(documents, as_json=as_json, render=partial(render_rollouts, documents))


@app.command("explain")
def explain(ctx: typer.Context, model: ModelName, rollout_id: OneRollout = None, *, as_json: AsJson = False) -> None:
    """Tell what happened and why, from the ledger: every step, weight and verdict, with its numbers."""
    from sluice.cli.rollout_looks import story_document
    from sluice.cli.rollout_views import render_story

    document = story_document(model, rollout_id, RolloutConnections(ctx.obj))
    show(document, as_json=as_json, render=partial(render_story, document))


rollout_moves.add_to(app)
