"""`sluice release sweep`: delete the function versions that nobody needs any more."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.connections import Connections
from sluice.cli.options import AsJson, ModelName
from sluice.cli.output import show, table

if TYPE_CHECKING:
    from rich.console import Console

Good = Annotated[int, typer.Option(help="Good versions that stay for a roll back.", min=1, max=100)]
ReplayDays = Annotated[int, typer.Option(help="Younger ones stay, for replay.", min=0, max=3_650)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")]


def add_to(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("sweep")(sweep)


def sweep(
    ctx: typer.Context,
    model: ModelName,
    *,
    good: Good = 5,
    replay_days: ReplayDays = 30,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Delete old function versions. What serves, is in an open rollout, was good or can be replayed stays."""
    from sluice.adapters.lambda_versions import LambdaVersions
    from sluice.clock import SystemClock
    from sluice.rollouts.janitor import Keeping
    from sluice.usecases.sweep_versions import SweepPorts, sweep_versions

    connections: Connections = ctx.obj
    versions = LambdaVersions(connections.functions, function_prefix=connections.function_prefix)
    ports = SweepPorts(connections.registry, connections.publisher, connections.rollouts, versions, SystemClock())
    fates = sweep_versions(model, Keeping(good, replay_days), ports=ports, is_rehearsal=dry_run)
    document = {"model": model, "dry_run": dry_run, "versions": {number: str(fate) for number, fate in fates.items()}}
    show(document, as_json=as_json, render=partial(_render, document))


def _render(document: dict[str, Any], console: "Console") -> None:
    rows = list(document["versions"].items())
    console.print(table(["Function version", "Would be" if document["dry_run"] else "Is"], rows))
