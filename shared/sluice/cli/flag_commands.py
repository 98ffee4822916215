"""`sluice flag`: typed values that rules and percentages choose per unit, and that can be switched off at once."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from sluice.cli import flag_units
from sluice.cli.connections import Connections
from sluice.cli.options import AsJson, AsYaml, By, DefinitionFile, History, Key, Why
from sluice.cli.output import show

if TYPE_CHECKING:
    from sluice.experiments.flag_revision import FlagRevision
    from sluice.experiments.ports import DefinitionStore
    from sluice.usecases.define_flag import DefinedFlag
    from sluice.usecases.definition_change import Change

app = typer.Typer(help="Values that can be switched.", no_args_is_help=True)

Owner = Annotated[str | None, typer.Option(help="Only this owner's.")]
Text = Annotated[str | None, typer.Option(help="Only those with this text in key or description.")]
Enabled = Annotated[bool | None, typer.Option("--enabled/--disabled", help="Only those that are on, or off.")]
Archived = Annotated[bool, typer.Option("--archived", help="Archived ones too.")]


@app.command("create")
def create(ctx: typer.Context, file: DefinitionFile, *, why: Why, by: By, as_json: AsJson = False) -> None:
    """Define a flag, or another text of one: from then on it is evaluated so."""
    from sluice.cli.flag_views import render_flags
    from sluice.experiments.revision_views import flag_view
    from sluice.usecases.definition_change import Change

    defined = _define(file, Change(by, why), ctx.obj, ctx.obj.definitions)
    document = {**flag_view(defined.revision), "written": defined.written.value}
    show(document, as_json=as_json, render=partial(render_flags, [document]))


@app.command("validate")
def validate(ctx: typer.Context, file: DefinitionFile, *, as_json: AsJson = False) -> None:
    """Ask everything that defining it would ask, and write nothing."""
    from sluice.cli.dry_run import DryRun
    from sluice.cli.flag_views import render_validation
    from sluice.usecases.definition_change import Change

    defined = _define(file, Change("nobody", "to validate it"), ctx.obj, DryRun(ctx.obj.definitions))
    document = {"flag": defined.revision.flag.key, "is_valid": True, "would_be": defined.written.value}
    show(document, as_json=as_json, render=partial(render_validation, document))


@app.command("enable")
def enable(ctx: typer.Context, key: Key, *, why: Why, by: By, as_json: AsJson = False) -> None:
    """Switch it on again."""
    _switch(ctx.obj, key, by, why, enabled=True, as_json=as_json)


@app.command("disable")
def disable(ctx: typer.Context, key: Key, *, why: Why, by: By, as_json: AsJson = False) -> None:
    """Switch it off for everybody: the kill switch."""
    _switch(ctx.obj, key, by, why, enabled=False, as_json=as_json)


@app.command("archive")
def archive(ctx: typer.Context, key: Key, *, why: Why, by: By, as_json: AsJson = False) -> None:
    """Take it out of use for good: clients find it no more, and nobody gets its key again."""
    from sluice.clock import SystemClock
    from sluice.usecases.archive_flag import archive_flag
    from sluice.usecases.definition_change import Change

    archived = archive_flag(key, change=Change(by, why), definitions=ctx.obj.definitions, clock=SystemClock())
    _show(archived, as_json=as_json)


@app.command("list")
def list_command(
    ctx: typer.Context,
    *,
    owner: Owner = None,
    text: Text = None,
    enabled: Enabled = None,
    archived: Archived = False,
    as_json: AsJson = False,
) -> None:
    """List flags; every option but --archived narrows the search."""
    from sluice.cli.flag_views import render_flags
    from sluice.experiments.revision_views import flag_view
    from sluice.usecases.find_flag import FlagSearch, list_flags

    search = FlagSearch(owner, text, enabled, with_archived=archived)
    documents = [flag_view(each) for each in list_flags(search, definitions=ctx.obj.definitions)]
    show(documents, as_json=as_json, render=partial(render_flags, documents))


@app.command("show")
def show_flag(
    ctx: typer.Context, key: Key, *, history: History = False, as_yaml: AsYaml = False, as_json: AsJson = False
) -> None:
    """Show a flag; with --history every revision, with --yaml the file that `create` takes."""
    from sluice.cli.definition_views import Form
    from sluice.cli.flag_views import render_flag
    from sluice.experiments.revision_views import flag_view
    from sluice.usecases.find_flag import find_flag, flag_history

    form, definitions = Form(as_json=as_json, as_yaml=as_yaml, with_history=history), ctx.obj.definitions
    document = flag_view(find_flag(key, definitions=definitions))
    if history:
        document["history"] = [flag_view(each) for each in flag_history(key, definitions=definitions)]
    form.show(document, render_flag)


flag_units.add_to(app)


def _define(file: str, change: "Change", connections: Connections, definitions: "DefinitionStore") -> "DefinedFlag":
    from sluice.cli.definition_files import read_definition
    from sluice.clock import SystemClock
    from sluice.experiments.flag_document import flag_from_written
    from sluice.usecases.define_flag import define_flag

    return define_flag(
        flag_from_written(read_definition(file)),
        change=change,
        definitions=definitions,
        language_over=connections.language_over,
        clock=SystemClock(),
    )


def _switch(connections: Connections, key: str, by: str, why: str, *, enabled: bool, as_json: bool) -> None:
    from sluice.clock import SystemClock
    from sluice.usecases.definition_change import Change
    from sluice.usecases.switch_flag import switch_flag

    switched = switch_flag(
        key, enabled=enabled, change=Change(by, why), definitions=connections.definitions, clock=SystemClock()
    )
    _show(switched, as_json=as_json)


def _show(revision: "FlagRevision", *, as_json: bool) -> None:
    from sluice.cli.flag_views import render_flags
    from sluice.experiments.revision_views import flag_view

    document = flag_view(revision)
    show(document, as_json=as_json, render=partial(render_flags, [document]))
