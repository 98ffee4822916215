"""Which model version answers, by what the registry and the alias say."""

from sluice.catalog.approval import ApprovalState
from sluice.catalog.model_version import ModelVersion
from sluice.catalog.ports import Registry
from sluice.cli.connections import Connections
from sluice.errors import NotApproved, UnknownFunction, UnknownModel, UnknownModelVersion


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


def newest_approved(registry: Registry, model: str) -> int:
    """The highest approved number. Raises UnknownModel, NotApproved if there is none."""
    versions = registry.list_versions(model)
    if not versions and registry.find_model(model) is None:
        raise UnknownModel(model)
    approved = [version.number for version in versions if version.approval.state is ApprovalState.APPROVED]
    if not approved:
        raise NotApproved(model, [f"{each.number}: {each.approval.state}" for each in versions] or ["no versions"])
    return max(approved)


def _stable_default(connections: Connections, model: str) -> int:
    alias = connections.publisher.alias(model)
    stable = alias.stable_version if alias else None
    bound = [each.release for each in connections.registry.list_bindings(model) if each.function_version == stable]
    release = connections.registry.find_release(model, bound[0]) if bound else None
    if release is None:
        raise UnknownFunction(f"model {model!r} has no published release; publish one with `sluice release publish`")
    return release.content.default_version
