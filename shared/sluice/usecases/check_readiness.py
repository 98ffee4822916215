"""Whether the whole plane can serve: the registry answers, and what was released gets traffic."""

from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.errors import NotAvailable, UnknownFunction


def check_readiness(*, registry: Registry, publisher: FunctionPublisher) -> None:
    """Return if every model that has a release has its `live` alias. Raises NotAvailable that names the others.

    The registry's own failure comes through as StoreUnavailable.
    """
    released = [model.name for model in registry.list_models() if registry.latest_release(model.name)]
    waiting = [name for name in released if not _has_alias(name, publisher)]
    if waiting:
        raise NotAvailable(f"released, but without traffic yet: {', '.join(waiting)}")


def _has_alias(model: str, publisher: FunctionPublisher) -> bool:
    try:
        return publisher.alias(model) is not None
    except UnknownFunction:
        return False
