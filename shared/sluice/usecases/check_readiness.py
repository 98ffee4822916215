"""Whether the whole plane can serve: the registry answers, and what was released gets traffic."""

from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.errors import NotAvailable, UnknownFunction


def check_readiness(*, registry: Registry, publisher: FunctionPublisher) -> None:
    """Return if the `live` alias of every released model serves a release. Raises NotAvailable that names the others.

    The registry's own failure comes through as StoreUnavailable.
    """
    released = released_models(registry)
    waiting = [name for name in released if not is_served(name, registry=registry, publisher=publisher)]
    if waiting:
        raise NotAvailable(f"released, but without traffic yet: {', '.join(waiting)}")


def released_models(registry: Registry) -> list[str]:
    """The names of all models that have a release. Raises StoreUnavailable."""
    return [model.name for model in registry.list_models() if registry.latest_release(model.name)]


def is_served(model: str, *, registry: Registry, publisher: FunctionPublisher) -> bool:
    """Whether the model's `live` alias leads to a function version that carries a release. Raises StoreUnavailable."""
    try:
        alias = publisher.alias(model)
    except UnknownFunction:
        return False
    bound = {binding.function_version for binding in registry.list_bindings(model)}
    return alias is not None and alias.stable_version in bound
