"""`sluice namespace`: which experiments share units without ever sharing one."""

from functools import partial
from typing import Annotated

import typer

from sluice.cli.options import AsJson, AsYaml, By, DefinitionFile, History, Key, Why
from sluice.cli.output import show
from sluice.cli.weights import weight_bps

app = typer.Typer(help="Which experiments exclude each other.", no_args_is_help=True)

Share = Annotated[int, typer.Option(help="Of the units: 20%.", parser=weight_bps, metavar="SHARE")]
HoldoutShare = Annotated[int, typer.Argument(help="Of the units: 5%.", parser=weight_bps, metavar="SHARE")]


@app.command("create")
def create(ctx: typer.Context, file: DefinitionFile, *, why: Why, by: By, as_json: AsJson = False) -> None:
    """Define a namespace, or change what may still change of it."""
    from sluice.cli.definition_files import read_definition
    from sluice.cli.namespace_views import render_namespaces
    from sluice.clock import SystemClock
    from sluice.experiments.namespace_document import namespace_from_written
    from sluice.experiments.revision_views import namespace_view
    from sluice.usecases.define_namespace import define_namespace
    from sluice.usecases.definition_change import Change

    wanted, clock = namespace_from_written(read_definition(file)), SystemClock()
    defined = define_namespace(wanted, change=Change(by, why), definitions=ctx.obj.definitions, clock=clock)
    document = {**namespace_view(defined.revision, now=clock.now()), "written": defined.written.value}
    show(document, as_json=as_json, render=partial(render_namespaces, [document]))


@app.command("list")
def list_command(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """List the namespaces with what is free in them."""
    from sluice.cli.namespace_views import render_namespaces
    from sluice.clock import SystemClock
    from sluice.experiments.revision_views import namespace_view
    from sluice.usecases.find_namespace import list_namespaces

    now = SystemClock().now()
    documents = [namespace_view(each, now=now) for each in list_namespaces(definitions=ctx.obj.definitions)]
    show(documents, as_json=as_json, render=partial(render_namespaces, documents))


@app.command("show")
def show_namespace(
    ctx: typer.Context, key: Key, *, history: History = False, as_yaml: AsYaml = False, as_json: AsJson = False
) -> None:
    """Show who has which slots; with --history every revision, with --yaml the file that `create` takes."""
    from sluice.cli.definition_views import Form
    from sluice.cli.namespace_views import render_namespace
    from sluice.clock import SystemClock
    from sluice.experiments.revision_views import namespace_view
    from sluice.usecases.find_namespace import find_namespace, namespace_history

    form, definitions = Form(as_json=as_json, as_yaml=as_yaml, with_history=history), ctx.obj.definitions
    document = namespace_view(find_namespace(key, definitions=definitions), now=SystemClock().now())
    if history:
        revisions = namespace_history(key, definitions=definitions)
        document["history"] = [namespace_view(each, now=each.note.at) for each in revisions]
    form.show(document, render_namespace)


@app.command("holdout")
def holdout(ctx: typer.Context, key: Key, share: HoldoutShare, *, why: Why, by: By, as_json: AsJson = False) -> None:
    """Keep another share of the units out of all its experiments, while none runs."""
    from sluice.cli.namespace_views import render_namespaces
    from sluice.clock import SystemClock
    from sluice.experiments.revision_views import namespace_view
    from sluice.usecases.definition_change import Change
    from sluice.usecases.set_holdout import set_holdout

    clock = SystemClock()
    revision = set_holdout(key, share, change=Change(by, why), definitions=ctx.obj.definitions, clock=clock)
    document = namespace_view(revision, now=clock.now())
    show(document, as_json=as_json, render=partial(render_namespaces, [document]))


@app.command("propose")
def propose(ctx: typer.Context, key: Key, *, share: Share, as_json: AsJson = False) -> None:
    """Propose free slots for a share of the units, to paste into an experiment's file; nothing is claimed."""
    from sluice.cli.namespace_views import render_proposal
    from sluice.clock import SystemClock
    from sluice.experiments.range_documents import ranges_to_document
    from sluice.experiments.slot_map import propose_slots
    from sluice.usecases.find_namespace import find_namespace

    namespace = find_namespace(key, definitions=ctx.obj.definitions).namespace
    slots = propose_slots(namespace, share, now=SystemClock().now())
    document = {"namespace": key, "share_bps": share, "slots": ranges_to_document(slots)}
    show(document, as_json=as_json, render=partial(render_proposal, document))
