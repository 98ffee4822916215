"""`sluice alias`: who gets a model's traffic."""

from dataclasses import replace
from functools import partial
from typing import Annotated

import typer

from sluice.catalog.alias import AliasState
from sluice.cli.connections import Connections
from sluice.cli.options import AsJson, ModelName
from sluice.cli.weights import weight_bps
from sluice.errors import UnknownFunction

app = typer.Typer(help="Who gets a model's traffic.", no_args_is_help=True)
