"""The `sluice` command: the tree of commands and what all of them share. Heavy imports wait inside the commands."""

import os
from typing import Annotated

import typer

from sluice import __version__
from sluice.cli import (
    alias_commands,
    assignment_commands,
    cost_command,
    demo_command,
    experiment_commands,
    flag_commands,
    ledger_commands,
    model_commands,
    namespace_commands,
    predict_command,
    records_commands,
    release_commands,
    rollout_commands,
    up_command,
)
from sluice.cli.connections import Connections
from sluice.cli.reporting import ReportingGroup
from sluice.cli.target import TargetKind, target_of

# Plain help: rich's takes 0.4 s to import, four times as long as everything else here.
app = typer.Typer(
    cls=ReportingGroup,
    name="sluice",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
up_command.add_to(app)
app.add_typer(model_commands.app, name="model")
app.add_typer(release_commands.app, name="release")
app.add_typer(alias_commands.app, name="alias")
predict_command.add_to(app)
app.add_typer(experiment_commands.app, name="experiment")
app.add_typer(namespace_commands.app, name="namespace")
app.add_typer(assignment_commands.app, name="assignment")
app.add_typer(flag_commands.app, name="flag")
app.add_typer(records_commands.app, name="records")
app.add_typer(ledger_commands.app, name="ledger")
app.add_typer(cost_command.app, name="cost")
app.add_typer(rollout_commands.app, name="rollout")
app.add_typer(demo_command.app, name="demo")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sluice {__version__}")
        raise typer.Exit


@app.callback()
def choose_target(
    ctx: typer.Context,
    *,
    target: Annotated[TargetKind | None, typer.Option(help="Where to.", envvar="SLUICE_TARGET")] = None,
    env: Annotated[str | None, typer.Option(help="A deployed environment; its stack tells the addresses.")] = None,
    aws_endpoint_url: Annotated[str | None, typer.Option(help="The AWS endpoint.")] = None,
    gateway_url: Annotated[str | None, typer.Option(help="Where models answer.")] = None,
    _version: Annotated[
        bool, typer.Option("--version", help="Print it.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Serve ONNX models from AWS Lambda, and make every change an experiment or a rollout.

    Without options, commands go to the local plane of `sluice up`. With --env or SLUICE_ENV they go to AWS, with AWS's
    own credentials and region; a gateway that wants a token finds it in SLUICE_GATEWAY_TOKEN.

    Exit codes: 0 done, 1 unexpected, 2 not understood, 3 invalid input, 4 not found, 5 refused, 6 not available.
    """
    given = {"aws_endpoint_url": aws_endpoint_url, "gateway_url": gateway_url, "environment": env}
    ctx.obj = Connections(target_of(target, given, os.environ))
    ctx.call_on_close(ctx.obj.close)


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
