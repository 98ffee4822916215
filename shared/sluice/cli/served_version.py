"""Which model version answers, by what the registry and the alias say."""

from sluice.catalog.model_version import ModelVersion
from sluice.cli.connections import Connections
from sluice.errors import UnknownFunction, UnknownModel, UnknownModelVersion


def served_version(connections: Connections, model: str, model_version: int | None) -> ModelVersion:
    """The version asked for, else the default of the stable release.

    Raises UnknownModel, UnknownModelVersion, UnknownFunction if nothing is published.
    """
    registry = connections.registry
    if registry.find_model(model) is None:
        raise UnknownModel(model)
    number = model_version or _stable_default(connections, model)
    found = registry.find_version(model, number)
    if found is None:
        raise UnknownModelVersion(model, str(number))
    return found


def _stable_default(connections: Connections, model: str) -> int:
    alias = connections.publisher.alias(model)
    stable = alias.stable_version if alias else None
    bound = [each.release for each in connections.registry.list_bindings(model) if each.function_version == stable]
    release = connections.registry.find_release(model, bound[0]) if bound else None
    if release is None:
        raise UnknownFunction(f"model {model!r} has no published release; publish one with `sluice release publish`")
    return release.content.default_version
