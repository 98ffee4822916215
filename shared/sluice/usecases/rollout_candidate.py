"""Which function version a rollout is of, and what is new about it."""

from collections.abc import Mapping

from sluice.catalog.canonical_json import digest_of
from sluice.catalog.release import Release
from sluice.errors import MoveRefused, UnknownRelease
from sluice.usecases.rollout_ports import RolloutPorts


def candidate_version(
    subject: str, carriers: Mapping[str, int], *, release: int | None, function_version: str | None
) -> str:
    """The function version itself, or the newest that carries the release. `carriers`: releases by function version.

    Raises MoveRefused if nothing carries it.
    """
    if function_version is not None:
        if function_version not in carriers:
            raise MoveRefused(subject, "start", f"function version {function_version} carries no release")
        return function_version
    carrying = [version for version, carried in carriers.items() if carried == release]
    if not carrying:
        raise MoveRefused(subject, "start", f"no function version carries release {release}; publish it first")
    return carrying[-1]


def what_is_new(model: str, candidate: str, stable_release: int, release: int, *, ports: RolloutPorts) -> str:
    """What quarantine is about: the artefact; where that is the stable one's, the release or the function's code.

    A digest either way. Raises UnknownRelease, NotFound, StoreUnavailable.
    """
    before, after = _release(model, stable_release, ports), _release(model, release, ports)
    if _artefact_digest(before) != _artefact_digest(after):
        return _artefact_digest(after)
    return digest_of({"release": after.digest, "deployment": ports.publisher.deployment_of(model, candidate)})


def _artefact_digest(release: Release) -> str:
    return release.content.versions[release.content.default_version].artefact.digest


def _release(model: str, number: int, ports: RolloutPorts) -> Release:
    release = ports.registry.find_release(model, number)
    if release is None:
        raise UnknownRelease(model, number)
    return release
