"""`sluice release`: what a function version serves."""

from functools import partial
from typing import Annotated

import typer

from sluice.cli import sweep_command
from sluice.cli.connections import Connections
from sluice.cli.options import AsJson, By, ModelName
from sluice.cli.output import progress, say, show
from sluice.cli.release_settings import ResultCacheMib, ResultCacheSeconds, settings_for
from sluice.errors import UnknownModel

app = typer.Typer(help="What a function version serves.", no_args_is_help=True)
sweep_command.add_to(app)

Default = Annotated[int | None, typer.Option(help="The model version that answers; the newest approved one.", min=1)]
Preload = Annotated[list[int] | None, typer.Option(help="Load at cold start; the default alone. Repeat it.", min=1)]
Versions = Annotated[list[int] | None, typer.Option("--version", help="Serve these; all approved. Repeat it.", min=1)]
Note = Annotated[str, typer.Option(help="Why it is published, kept with the release.")]


@app.command("publish")
def publish(  # noqa: PLR0913 - a command's arguments are its options
    ctx: typer.Context,
    model: ModelName,
    *,
    default: Default = None,
    preload: Preload = None,
    version: Versions = None,
    note: Note = "",
    result_cache_seconds: ResultCacheSeconds = None,
    result_cache_mib: ResultCacheMib = None,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Publish a release as a new function version. The first one gets all traffic, later ones none until shifted."""
    from sluice.cli.model_function import ensure_function
    from sluice.cli.release_views import published_document, render_published
    from sluice.cli.served_version import newest_approved
    from sluice.usecases.compose_release import ReleaseWish
    from sluice.usecases.publish_release import publish_release

    connections: Connections = ctx.obj
    settings = settings_for(
        model, connections.registry, result_cache_seconds=result_cache_seconds, result_cache_mib=result_cache_mib
    )
    wish = ReleaseWish(default or newest_approved(connections.registry, model), preload, version, settings, note)
    with progress(quiet=as_json) as bar:
        bar.add_task("publishing", total=None)
        is_new = ensure_function(connections, model)
        published = publish_release(
            model,
            wish,
            ports=connections.alias_ports,
            content=connections.content,
            by=by,
            definitions=connections.definitions,
        )
    if is_new:
        say(f"{connections.publisher.function_name(model)} did not exist: deployed from this checkout")
    document = published_document(published)
    show(document, as_json=as_json, render=partial(render_published, document))


@app.command("list")
def list_releases(ctx: typer.Context, model: ModelName, *, as_json: AsJson = False) -> None:
    """List a model's releases with the function versions that carry them and their traffic."""
    from sluice.cli.release_views import list_document, render_list

    connections: Connections = ctx.obj
    if connections.registry.find_model(model) is None:
        raise UnknownModel(model)
    document = list_document(model, connections.registry, connections.publisher.alias(model))
    show(document, as_json=as_json, render=partial(render_list, document))
