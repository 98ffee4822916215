"""`sluice up`: the whole system on this machine, until Ctrl-C."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Annotated

import typer

from sluice.cli.options import AsJson

Examples = Annotated[bool, typer.Option("--examples", help="Serve the example models.")]
Port = Annotated[int, typer.Option(help="The gateway's port; 0 takes any.", min=0, max=65_535)]
AwsPort = Annotated[int, typer.Option(help="The AWS endpoint's port; 0 takes any.", min=0, max=65_535)]
Seed = Annotated[int, typer.Option(help="Fixes the sequence of the alias's decisions.")]
DataDir = Annotated[Path | None, typer.Option(help="Keep everything here; without it, in memory.", file_okay=False)]
ScaleOut = Annotated[int, typer.Option(help="Environments per function version at most.", min=1, max=100)]


def add_to(app: typer.Typer) -> None:
    """Add the command to the tree."""
    app.command("up")(up)


def up(
    *,
    examples: Examples = False,
    port: Port = 8080,
    aws_port: AwsPort = 8081,
    seed: Seed = 1,
    data_dir: DataDir = None,
    scale_out: ScaleOut = 4,
    as_json: AsJson = False,
) -> None:
    """Run the local plane, a simulation of AWS, until Ctrl-C. Nothing leaves this machine."""
    from sluice.cli.running_plane import running_plane
    from sluice.cli.up_report import report
    from sluice.local.plane_settings import PlaneSettings

    settings = PlaneSettings(gateway_port=port, aws_port=aws_port, seed=seed, data_dir=data_dir, scale_out=scale_out)
    with _ended_by_sigterm(), running_plane(settings, with_examples=examples, quiet=as_json) as plane:
        report(plane, settings, with_examples=examples, as_json=as_json)
        Event().wait()


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM ends the command with exit code 0 through the same clean-up that Ctrl-C (130) takes."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise typer.Exit(0)

    previous = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
