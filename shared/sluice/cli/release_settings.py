"""How a release's versions run: what the command says, and for the rest what the release before had."""

from dataclasses import replace
from typing import Annotated

import typer

from sluice.catalog.ports import Registry
from sluice.catalog.release import ReleaseSettings

_BYTES_PER_MIB = 1024 * 1024

ResultCacheSeconds = Annotated[
    int | None,
    typer.Option(help="Keep results for equal inputs so long; 0 keeps none.", min=0, max=86_400),
]
ResultCacheMib = Annotated[int | None, typer.Option(help="Memory for kept results.", min=1, max=4096)]


def settings_for(
    model: str, registry: Registry, *, result_cache_seconds: int | None, result_cache_mib: int | None
) -> ReleaseSettings:
    """The latest release's settings with what is not None in their place; the defaults before the first release."""
    latest = registry.latest_release(model)
    settings = latest.content.settings if latest else ReleaseSettings()
    if result_cache_seconds is not None:
        settings = replace(settings, result_cache_seconds=result_cache_seconds)
    if result_cache_mib is not None:
        settings = replace(settings, result_cache_budget_bytes=result_cache_mib * _BYTES_PER_MIB)
    return settings
