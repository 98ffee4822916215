"""`sluice records`: what was predicted, read from CloudWatch Logs."""

import json
import sys
from threading import Event
from typing import Annotated, Any

import typer

from sluice.cli.connections import Connections
from sluice.cli.options import AsJson, ModelName

app = typer.Typer(help="What was predicted.", no_args_is_help=True)

Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many of the newest to show.")]
Since = Annotated[int, typer.Option(min=1, help="How far to look back, in seconds.")]


@app.callback()
def group() -> None:
    """What was predicted."""


@app.command("tail")
def tail(
    ctx: typer.Context,
    model: ModelName,
    *,
    follow: Follow = False,
    limit: Limit = 20,
    since_seconds: Since = 3600,
    as_json: AsJson = False,
) -> None:
    """Show the newest inference records, oldest first; with --json one record per line, as written."""
    from sluice.cli.cloudwatch_records import RecordLog
    from sluice.cli.record_views import HEADER, record_line

    connections: Connections = ctx.obj
    log = RecordLog(connections.aws_client("logs"), connections.log_group(model))
    newest = log.last(limit, since_seconds=since_seconds)
    if not as_json:
        _print(HEADER)
    for record in newest:
        _print(_json(record) if as_json else record_line(record))
    for record in log.follow(Event()) if follow else ():
        _print(_json(record) if as_json else record_line(record))


def _json(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def _print(line: str) -> None:
    """Flushed at once: whoever reads a pipe waits for this line, not for a full buffer."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
