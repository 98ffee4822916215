"""Options and arguments that several commands share, so that they read alike everywhere."""

import getpass
from typing import Annotated

import typer

from sluice.cli.completion import complete_model
from sluice.cli.reporting import remember_json

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.", callback=remember_json)]
ModelName = Annotated[str, typer.Argument(metavar="MODEL", help="The model's name.", autocompletion=complete_model)]
ModelVersionNumber = Annotated[int, typer.Argument(metavar="VERSION", help="The model version's number.", min=1)]
By = Annotated[str, typer.Option("--by", help="Who acts.", default_factory=getpass.getuser, show_default="you")]
Why = Annotated[str, typer.Option("--why", help="The reason, kept in the history.")]

DefinitionFile = Annotated[str, typer.Argument(metavar="FILE", help="YAML or JSON; - reads standard input.")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="Its key.")]
History = Annotated[bool, typer.Option("--history", help="Every revision: who, when, why.")]
AsYaml = Annotated[bool, typer.Option("--yaml", help="Print the file that `create` takes.")]
Unit = Annotated[str, typer.Option("--unit", help="The unit's id.", metavar="ID")]
UnitType = Annotated[str, typer.Option("--unit-type", help="What the id names.", metavar="TYPE")]
Attributes = Annotated[
    list[str] | None, typer.Option("--attr", help="What is known of the unit. Repeat it.", metavar="NAME=VALUE")
]
