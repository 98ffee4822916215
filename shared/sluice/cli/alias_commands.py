"""`sluice alias`: who gets a model's traffic."""

from functools import partial
from typing import Annotated, NamedTuple

import typer

from sluice.catalog.alias import ALL_BPS, AliasState
from sluice.cli.connections import Connections
from sluice.cli.options import AsJson, By, ModelName
from sluice.cli.output import show
from sluice.cli.weights import weight_bps
from sluice.errors import Conflict, UnknownFunction, UnknownModel

app = typer.Typer(help="Who gets a model's traffic.", no_args_is_help=True)

To = Annotated[str | None, typer.Option(help="The function version that gets the share.", metavar="FUNCTION_VERSION")]
Weight = Annotated[
    int | None, typer.Option(help="Its share: 10%, 0.25% or 1000bps.", parser=weight_bps, metavar="SHARE")
]
Promote = Annotated[bool, typer.Option("--promote", help="The candidate gets everything and becomes stable.")]
Abort = Annotated[bool, typer.Option("--abort", help="The stable one gets everything; the candidate gets nothing.")]

Force = Annotated[bool, typer.Option("--force", help="Even if it lacks versions that running experiments need.")]
WhyShift = Annotated[str | None, typer.Option("--why", help="The reason, kept in the ledger.")]

_BY_HAND = "sluice alias shift"


@app.command("show")
def show_alias(ctx: typer.Context, model: ModelName, *, as_json: AsJson = False) -> None:
    """Show who gets the traffic."""
    connections: Connections = ctx.obj
    _show(connections, model, _alias(connections, model), as_json=as_json)


@app.command("shift")
def shift(  # noqa: PLR0913 - a command's arguments are its options
    ctx: typer.Context,
    model: ModelName,
    *,
    to: To = None,
    weight: Weight = None,
    promote: Promote = False,
    abort: Abort = False,
    force: Force = False,
    why: WhyShift = None,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Move traffic: --to with --weight, or --promote, or --abort. All of it to any version: --weight 100%."""
    from sluice.usecases.shift_alias import ShiftWish, shift_alias

    if force and why is None:
        raise typer.BadParameter("needed with --force", param_hint="--why")
    connections: Connections = ctx.obj
    share = _wanted_share(connections, model, to, weight, _end_of_candidacy(promote=promote, abort=abort))
    wish = ShiftWish(share.function_version, share.weight_bps, by, why or _BY_HAND, is_forced=force)
    shifted = shift_alias(model, wish, ports=connections.alias_ports, definitions=connections.definitions)
    _show(connections, model, shifted.after, as_json=as_json)


class _Share(NamedTuple):
    function_version: str
    weight_bps: int


def _end_of_candidacy(*, promote: bool, abort: bool) -> int | None:
    """The weight that --promote or --abort gives to the present candidate; None without either."""
    if promote and abort:
        raise typer.BadParameter("--promote and --abort exclude each other")
    if promote or abort:
        return ALL_BPS if promote else 0
    return None


def _wanted_share(
    connections: Connections, model: str, to: str | None, weight: int | None, for_candidate: int | None
) -> _Share:
    if for_candidate is None and to is not None and weight is not None:
        return _Share(to, weight)
    if for_candidate is None or (to, weight) != (None, None):
        raise typer.BadParameter("give --to and --weight, or --promote, or --abort")
    candidate = _alias(connections, model).candidate_version
    if candidate is None:
        raise Conflict(
            f"{connections.publisher.function_name(model)} has no candidate; all traffic goes to its stable version"
        )
    return _Share(candidate, for_candidate)


def _alias(connections: Connections, model: str) -> AliasState:
    alias = connections.publisher.alias(model)
    if alias is not None:
        return alias
    if connections.registry.find_model(model) is None:
        raise UnknownModel(model)
    raise UnknownFunction(
        f"{connections.publisher.function_name(model)} has no alias yet; `sluice release publish {model}` makes it"
    )


def _show(connections: Connections, model: str, alias: AliasState, *, as_json: bool) -> None:
    from sluice.cli.alias_views import alias_document, render_alias

    document = alias_document(model, alias, connections.registry)
    show(document, as_json=as_json, render=partial(render_alias, document))
