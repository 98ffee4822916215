"""By which bins the predictions of a model are counted while a rollout runs."""

from collections.abc import Mapping

from sluice.catalog.ports import Registry


def frozen_bins(
    model: str, stable_version: str, candidate_version: str, *, registry: Registry
) -> Mapping[str, tuple[float, ...]]:
    """By output the edges of the stable side's default version; those that it lacks, of the candidate's.

    They depend on the two function versions alone, not on who has the traffic by now: counts of a whole rollout can be
    added up. Nothing for versions without a release, or without a reference. Raises StoreUnavailable.
    """
    releases = {it.function_version: it.release for it in registry.list_bindings(model)}
    edges: dict[str, tuple[float, ...]] = {}
    for function_version in (stable_version, candidate_version):
        number = releases.get(function_version)
        release = registry.find_release(model, number) if number is not None else None
        if release is not None:
            edges = {**release.content.versions[release.content.default_version].reference, **edges}
    return edges
