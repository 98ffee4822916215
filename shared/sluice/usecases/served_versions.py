"""Which model versions an experiment needs, and which of them the model's function does not serve."""

from collections.abc import Iterator

from sluice.catalog.alias import AliasState
from sluice.catalog.approval import ApprovalState
from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.catalog.release import Release
from sluice.errors import MoveRefused
from sluice.experiments.experiment import Experiment

_MOVE = "start"


def needed_versions(experiment: Experiment) -> list[int]:
    """The model versions of its variants, ascending."""
    return sorted({each.model_version for each in experiment.variants if each.model_version is not None})


def unserved_versions(experiment: Experiment, *, registry: Registry, publisher: FunctionPublisher) -> list[MoveRefused]:
    """One refusal for each version that a release with traffic lacks, with what to do about it, or cannot exchange.

    A release has traffic if the alias points to it, or if a candidate with a share of the traffic carries it.
    """
    model, needed = experiment.model, needed_versions(experiment)
    if not needed:
        return []
    alias = publisher.alias(model)
    served = list(releases_with_traffic(model, alias, registry)) if alias else [(None, "")]
    reasons = []
    for release, where in served:
        if release is None:
            reasons.append(f"{model} serves no release yet; publish one with `sluice release publish {model}`")
        else:
            missing = [number for number in needed if number not in release.content.versions]
            reasons += [_missing(model, number, f"release {release.number}, {where}", registry) for number in missing]
            reasons += [_other_inputs(number, release) for number in needed if _takes_other_inputs(number, release)]
    return [MoveRefused(experiment.subject, _MOVE, why) for why in reasons]


def releases_with_traffic(model: str, alias: AliasState, registry: Registry) -> Iterator[tuple[Release | None, str]]:
    """Each release behind the alias, None for a function version that carries none, and in words how it is served."""
    for function_version, where in _with_traffic(alias):
        binding = registry.find_binding(model, function_version)
        yield (registry.find_release(model, binding.release) if binding else None), where


def _with_traffic(alias: AliasState) -> Iterator[tuple[str, str]]:
    yield alias.stable_version, f"which alias {alias.name} serves"
    if alias.candidate_version is not None and alias.candidate_weight_bps > 0:
        yield alias.candidate_version, f"the candidate with {alias.candidate_weight_bps} bps of the traffic"


def _takes_other_inputs(number: int, release: Release) -> bool:
    """Whether one request cannot be for both: the client does not know which version its unit gets."""
    versions = release.content.versions
    if number not in versions:
        return False
    return versions[number].signature.inputs != versions[release.content.default_version].signature.inputs


def _other_inputs(number: int, release: Release) -> str:
    default = release.content.default_version
    return f"version {number} takes other inputs than version {default}, the default of release {release.number}"


def _missing(model: str, number: int, where: str, registry: Registry) -> str:
    version = registry.find_version(model, number)
    if version is None:
        return f"there is no version {number} of {model}; register it with `sluice model register`"
    state = version.approval.state
    approve = "" if state is ApprovalState.APPROVED else f"it is {state}: have it approved, "
    release = f"publish a release with it (`sluice release publish {model}`) and shift the traffic to that"
    return f"version {number} is not in {where}; {approve}{release}"
