"""`sluice model`: what can be served, and whether it may be."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sluice.catalog.approval import ApprovalState
from sluice.cli.connections import Connections
from sluice.cli.options import AsJson, By, ModelName, ModelVersionNumber, Why
from sluice.cli.output import progress, show
from sluice.errors import UnknownModel, UnknownModelVersion
from sluice.usecases.decide_approval import Decision, decide_approval

app = typer.Typer(help="What can be served, and whether it may be.", no_args_is_help=True)

ManifestPath = Annotated[Path, typer.Argument(metavar="PATH", help="A model.yaml, or the folder that holds it.")]
OneVersion = Annotated[int | None, typer.Argument(metavar="[VERSION]", help="One model version.", min=1)]


@app.command("register")
def register(ctx: typer.Context, path: ManifestPath, *, by: By, as_json: AsJson = False) -> None:
    """Register a model version from its manifest, after running its golden examples."""
    from sluice.cli.model_views import render_versions, version_summary
    from sluice.clock import SystemClock
    from sluice.usecases.register_model import register_model

    connections: Connections = ctx.obj
    with progress(quiet=as_json) as bar:
        bar.add_task("running golden examples", total=None)
        version = register_model(
            path,
            registry=connections.registry,
            content=connections.content,
            inspector=connections.inspector,
            clock=SystemClock(),
            by=by,
        )
    summary = version_summary(version)
    show(summary, as_json=as_json, render=partial(render_versions, [summary]))


@app.command("list")
def list_models(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """List the models with the approval of their versions."""
    from sluice.cli.model_views import list_document, render_list

    registry = ctx.obj.registry
    models = registry.list_models()
    document = list_document(models, {model.name: registry.list_versions(model.name) for model in models})
    show(document, as_json=as_json, render=partial(render_list, document))


@app.command("show")
def show_model(ctx: typer.Context, model: ModelName, version: OneVersion = None, *, as_json: AsJson = False) -> None:
    """Show a model and its history, or one version with its card."""
    from sluice.cli import model_views

    registry = ctx.obj.registry
    facts = registry.find_model(model)
    if facts is None:
        raise UnknownModel(model)
    if version is None:
        document = model_views.model_document(facts, registry.list_versions(model), registry.list_history(model))
        show(document, as_json=as_json, render=partial(model_views.render_model, document))
        return
    found = registry.find_version(model, version)
    if found is None:
        raise UnknownModelVersion(model, str(version))
    document = model_views.version_document(found)
    show(document, as_json=as_json, render=partial(model_views.render_version, found))


@app.command("approve")
def approve(
    ctx: typer.Context, model: ModelName, version: ModelVersionNumber, *, why: Why, by: By, as_json: AsJson = False
) -> None:
    """Allow a pending version to be released."""
    _decide(ctx.obj, (model, version), Decision(ApprovalState.APPROVED, by, why), as_json=as_json)


@app.command("reject")
def reject(
    ctx: typer.Context, model: ModelName, version: ModelVersionNumber, *, why: Why, by: By, as_json: AsJson = False
) -> None:
    """Refuse a pending version for good."""
    _decide(ctx.obj, (model, version), Decision(ApprovalState.REJECTED, by, why), as_json=as_json)


@app.command("retire")
def retire(
    ctx: typer.Context, model: ModelName, version: ModelVersionNumber, *, why: Why, by: By, as_json: AsJson = False
) -> None:
    """Take an approved version out of use for good; refused while a release that gets traffic serves it."""
    _decide(ctx.obj, (model, version), Decision(ApprovalState.RETIRED, by, why), as_json=as_json)


def _decide(connections: Connections, subject: tuple[str, int], decision: Decision, *, as_json: bool) -> None:
    from sluice.cli.model_views import render_versions, version_summary
    from sluice.clock import SystemClock

    model, number = subject
    version = decide_approval(
        model,
        number,
        decision=decision,
        registry=connections.registry,
        publisher=connections.publisher,
        clock=SystemClock(),
    )
    summary = version_summary(version)
    show(summary, as_json=as_json, render=partial(render_versions, [summary]))
