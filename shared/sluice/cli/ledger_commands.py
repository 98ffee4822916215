"""`sluice ledger`: what was decided, whether the record of it holds, and who served when."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from sluice.cli.connections import Connections
from sluice.cli.exit_codes import exit_code_of
from sluice.cli.options import AsJson
from sluice.cli.output import show
from sluice.errors import InvalidRequest, LedgerBroken, NotFound

if TYPE_CHECKING:
    from sluice.usecases.append_ledger import LedgerPorts

app = typer.Typer(help="What was decided, and proof of it.", no_args_is_help=True)

OneModel = Annotated[str | None, typer.Option("--model", help="This model's records only.", metavar="MODEL")]
Model = Annotated[str, typer.Option("--model", help="The model.", metavar="MODEL")]
At = Annotated[str, typer.Option("--at", help="An instant with its offset: 2026-01-31T12:00:00Z.", metavar="TIME")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many of the newest to show, of each model.")]


@app.command("verify")
def verify(ctx: typer.Context, *, model: OneModel = None, as_json: AsJson = False) -> None:
    """Recompute every hash, compare every copy, write the copies that are missing. Exit code 5: it does not hold."""
    from sluice.cli.ledger_views import render_reports, report_document
    from sluice.usecases.verify_ledger import verify_ledger

    connections: Connections = ctx.obj
    ports = connections.ledger
    reports = [verify_ledger(chain, ports) for chain in _chains(ports, model)]
    document = [report_document(each) for each in reports]
    show(document, as_json=as_json, render=partial(render_reports, document))
    for each in reports:
        if each.broken:
            raise typer.Exit(exit_code_of(LedgerBroken(each.chain, each.broken.seq)))


@app.command("show")
def show_records(ctx: typer.Context, *, model: OneModel = None, limit: Limit = 20, as_json: AsJson = False) -> None:
    """Show the newest records of each model, oldest first, as they are stored; `verify` tells whether they hold."""
    from sluice.cli.ledger_views import newest_documents, render_records

    connections: Connections = ctx.obj
    ports = connections.ledger
    document = [each for chain in _chains(ports, model) for each in newest_documents(chain, limit, ports.ledger)]
    show(document, as_json=as_json, render=partial(render_records, document))


@app.command("what-served")
def what_served_command(ctx: typer.Context, *, model: Model, at: At, as_json: AsJson = False) -> None:
    """Tell which function versions and releases had which share of a model's traffic at an instant."""
    from sluice.cli.ledger_views import render_served, served_document
    from sluice.usecases.what_served import what_served

    connections: Connections = ctx.obj
    instant = _instant(at)
    served = what_served(model, instant, ledger=connections.ledger.ledger)
    if served is None:
        raise NotFound(f"the ledger does not know what served {model!r} at {at}")
    document = served_document(served, instant)
    show(document, as_json=as_json, render=partial(render_served, document))


def _chains(ports: "LedgerPorts", model: str | None) -> Sequence[str]:
    """All, or the one that is asked for. Raises NotFound: a misspelt name must not pass for a sound ledger."""
    from sluice.usecases.verify_ledger import all_chains

    found = all_chains(ports)
    if model is None:
        return found
    if model not in found:
        raise NotFound(f"the ledger has no record of model {model!r}")
    return [model]


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise InvalidRequest(f"--at {text!r}: must be an instant with its offset, as in 2026-01-31T12:00:00Z")
    return at
