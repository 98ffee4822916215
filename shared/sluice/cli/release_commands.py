"""`sluice release`: what a function version serves."""

from typing import Annotated

import typer

from sluice.cli.connections import Connections
from sluice.cli.options import AsJson, By, ModelName
from sluice.cli.output import say, show

app = typer.Typer(help="What a function version serves.", no_args_is_help=True)
