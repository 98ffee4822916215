"""What people do with an open rollout, as commands of `sluice rollout`; its controller does it with its next tick."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.options import AsJson, By, ModelName, Why
from sluice.cli.output import show
from sluice.cli.rollout_connections import RolloutConnections

if TYPE_CHECKING:
    from sluice.rollouts.state import RolloutState


OneRollout = Annotated[str | None, typer.Argument(metavar="[ROLLOUT_ID]", help="Its id; else the newest.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the group."""
    for move in (pause, resume, promote, abort, approve):
        app.command(move.__name__)(move)
    app.command("roll-back")(roll_back)
    app.command("lift-quarantine")(lift_quarantine)


def pause(ctx: typer.Context, model: ModelName, *, why: Why, by: By, as_json: AsJson = False) -> None:
    """Let nothing advance until it is resumed; a breach still rolls back."""
    from sluice.usecases.change_rollout import pause_rollout

    _change(ctx, model, pause_rollout, by=by, why=why, as_json=as_json)


def resume(ctx: typer.Context, model: ModelName, *, why: Why, by: By, as_json: AsJson = False) -> None:
    """End the pause."""
    from sluice.usecases.change_rollout import resume_rollout

    _change(ctx, model, resume_rollout, by=by, why=why, as_json=as_json)


def promote(ctx: typer.Context, model: ModelName, *, why: Why, by: By, as_json: AsJson = False) -> None:
    """Give the candidate all traffic before its time."""
    from sluice.usecases.change_rollout import promote_rollout

    _change(ctx, model, promote_rollout, by=by, why=why, as_json=as_json)


def abort(ctx: typer.Context, model: ModelName, *, why: Why, by: By, as_json: AsJson = False) -> None:
    """Give all traffic back to the stable version; the artefact may be rolled out again."""
    from sluice.usecases.change_rollout import abort_rollout

    _change(ctx, model, abort_rollout, by=by, why=why, as_json=as_json)


def approve(ctx: typer.Context, model: ModelName, *, why: Why, by: By, as_json: AsJson = False) -> None:
    """Say yes to the first gate that waits for approvals."""
    from sluice.usecases.change_rollout import approve_rollout

    _change(ctx, model, approve_rollout, by=by, why=why, as_json=as_json)


def roll_back(ctx: typer.Context, model: ModelName, *, why: Why, by: By, as_json: AsJson = False) -> None:
    """Take the newest rollout back, also after its promotion, for as long as the version before it is kept."""
    from sluice.cli.rollout_looks import newest_rollout_of
    from sluice.usecases.roll_back_rollout import roll_back_rollout
    from sluice.usecases.rollout_request import RolloutRequest

    rollouts = RolloutConnections(ctx.obj)
    request = RolloutRequest(model, newest_rollout_of(model, rollouts).rollout_id, by, why)
    _show(roll_back_rollout(request, ports=rollouts.ports, runner=rollouts.runner), rollouts, as_json=as_json)


def lift_quarantine(
    ctx: typer.Context, model: ModelName, rollout_id: OneRollout = None, *, why: Why, by: By, as_json: AsJson = False
) -> None:
    """Let what was rolled back be rolled out again, because it was not to blame."""
    from sluice.cli.rollout_looks import newest_rollout_of
    from sluice.usecases.roll_back_rollout import release_from_quarantine
    from sluice.usecases.rollout_request import RolloutRequest

    rollouts = RolloutConnections(ctx.obj)
    request = RolloutRequest(model, rollout_id or newest_rollout_of(model, rollouts).rollout_id, by, why)
    is_lifted = release_from_quarantine(request, ports=rollouts.ports)
    document = {"model": model, "rollout_id": request.rollout_id, "is_lifted": is_lifted}
    said = "may be rolled out again" if is_lifted else "is in no quarantine"
    line = f"What rollout {request.rollout_id} of {model} rolled out {said}."
    show(document, as_json=as_json, render=lambda console: console.print(line))


def _change(
    ctx: typer.Context, model: str, change: Callable[..., "RolloutState"], *, by: str, why: str, as_json: bool
) -> None:
    from sluice.cli.rollout_looks import open_rollout_of
    from sluice.usecases.rollout_request import RolloutRequest
    from sluice.usecases.wake_controller import wake_controller

    rollouts = RolloutConnections(ctx.obj)
    request = RolloutRequest(model, open_rollout_of(model, rollouts).rollout_id, by, why)
    changed = change(request, ports=rollouts.ports)
    wake_controller(changed, ports=rollouts.ports, runner=rollouts.waker)
    _show(changed, rollouts, as_json=as_json)


def _show(state: "RolloutState", rollouts: RolloutConnections, *, as_json: bool) -> None:
    from sluice.cli.rollout_views import render_rollouts
    from sluice.rollouts.rollout_view import rollout_view

    document: dict[str, Any] = rollout_view(state, now=rollouts.clock.now())
    show(document, as_json=as_json, render=partial(render_rollouts, [document]))
