"""By which bins the predictions of a model are counted while a rollout runs."""

from collections.abc import Mapping

from sluice.catalog.ports import FunctionPublisher, Registry


def frozen_bins(model: str, *, registry: Registry, publisher: FunctionPublisher) -> Mapping[str, tuple[float, ...]]:
    """By output the edges of the stable side's default version; those that it lacks, of the candidate's.

    Nothing for a model that serves nothing, or whose versions have no reference. Raises StoreUnavailable.
    """
    alias = publisher.alias(model)
    if alias is None:
        return {}
    releases = {it.function_version: it.release for it in registry.list_bindings(model)}
    edges: dict[str, tuple[float, ...]] = {}
    for function_version in (alias.stable_version, alias.candidate_version):
        number = releases.get(function_version or "")
        release = registry.find_release(model, number) if number is not None else None
        if release is not None:
            edges = {**release.content.versions[release.content.default_version].reference, **edges}
    return edges
