"""The `sluice` command: the tree of commands and what all of them share. Heavy imports wait inside the commands."""

from typing import Annotated

import typer

from sluice import __version__
from sluice.cli import (
    alias_commands,
    model_commands,
    predict_command,
    records_commands,
    release_commands,
    up_command,
)
from sluice.cli.connections import Connections
from sluice.cli.reporting import ReportingGroup
from sluice.cli.target import VARIABLES, TargetKind, target_of

# Plain help: rich's takes 0.4 s to import, four times as long as everything else here.
app = typer.Typer(
    cls=ReportingGroup,
    name="sluice",
    help="Serve ONNX models from AWS Lambda, and make every change an experiment or a rollout.",
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
app.add_typer(records_commands.app, name="records")


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        typer.echo(f"sluice {__version__}")
        raise typer.Exit


def _address(help_text: str, field: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(help=help_text, envvar=VARIABLES[field])
    return option


@app.callback()
def choose_target(
    ctx: typer.Context,
    *,
    target: Annotated[TargetKind, typer.Option(help="Where to.", envvar="SLUICE_TARGET")] = TargetKind.LOCAL,
    aws_endpoint_url: Annotated[str | None, _address("The AWS endpoint.", "aws_endpoint_url")] = None,
    gateway_url: Annotated[str | None, _address("Where models answer.", "gateway_url")] = None,
    registry_table: Annotated[str | None, _address("The registry's table.", "registry_table")] = None,
    artefacts_bucket: Annotated[str | None, _address("The bucket of artefacts.", "artefacts_bucket")] = None,
    records_bucket: Annotated[str | None, _address("The bucket of records.", "records_bucket")] = None,
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True)] = False,
) -> None:
    """Serve ONNX models from AWS Lambda, and make every change an experiment or a rollout."""
    given = {name: ctx.params[name] for name in VARIABLES}
    ctx.obj = Connections(target_of(target, given))
    ctx.call_on_close(ctx.obj.close)


def main() -> None:
    """Entry point of the console script."""
    app()
