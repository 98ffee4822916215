"""Fetch the release that a function version carries, and prepare it for serving."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import orjson

from sluice.catalog.release import ReleaseContent, ReleaseSettings
from sluice.catalog.release_document import content_from_document
from sluice.errors import StoreUnavailable
from sluice.inference.model_cache import ModelCache
from sluice.inference.model_port import ModelLoader
from sluice.inference.opened_release import OpenedRelease
from sluice.inference.served_release import ServedRelease

if TYPE_CHECKING:  # the ports of the registry would come with it
    from sluice.catalog.ports import ContentStore
    from sluice.inference.result_cache import ResultCache


def open_release(
    model: str,
    number: int,
    digest: str,
    *,
    content: "ContentStore",
    loader_for: Callable[[ReleaseSettings], ModelLoader],
    timer_ns: Callable[[], int],
) -> OpenedRelease:
    """The release whose document has this digest; no model is loaded yet. Raises StoreUnavailable."""
    document = content.get("releases", digest)
    try:
        released = content_from_document(orjson.loads(document))
        served = ServedRelease(released, number=number, digest=digest)
    except (KeyError, TypeError, ValueError) as error:
        raise _unusable(number, f"its document is not one of a release: {error!r}") from error
    if released.model.name != model:
        raise _unusable(number, f"it is of model {released.model.name!r}, this function serves {model!r}")
    return OpenedRelease(served, _models_for(released, loader_for), _results_for(released.settings, timer_ns))


def _results_for(settings: ReleaseSettings, timer_ns: Callable[[], int]) -> "ResultCache | None":
    if not settings.result_cache_seconds:
        return None
    from sluice.inference.result_cache import ResultCache  # most releases keep no results

    return ResultCache(
        ttl_seconds=settings.result_cache_seconds,
        budget_bytes=settings.result_cache_budget_bytes,
        timer_ns=timer_ns,
    )


def _models_for(released: ReleaseContent, loader_for: Callable[[ReleaseSettings], ModelLoader]) -> ModelCache:
    budget_bytes = released.settings.session_memory_budget_bytes
    return ModelCache(loader_for(released.settings), budget_bytes=budget_bytes)


def _unusable(number: int, why: str) -> StoreUnavailable:
    return StoreUnavailable(f"release {number}", why)
