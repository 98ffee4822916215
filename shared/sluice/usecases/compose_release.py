"""Compose what a release serves: approved versions only, within the memory that their sessions may take.

What running experiments need is preloaded, so that no release takes a unit's variant away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sluice.catalog.approval import ApprovalState
from sluice.catalog.model import Model
from sluice.catalog.model_version import ModelVersion
from sluice.catalog.ports import Registry
from sluice.catalog.refusals import unapproved
from sluice.catalog.release import MAX_VERSIONS_PER_RELEASE, ReleaseContent, ReleasedVersion, ReleaseSettings
from sluice.errors import InvalidRequest, UnknownModel, UnknownModelVersion
from sluice.usecases.experiment_needs import NOTHING_NEEDED, ExperimentNeeds


@dataclass(frozen=True, slots=True)
class ReleaseWish:
    """What a release shall serve.

    `versions` None means every approved version; `preload` None means the default version alone. The default
    and the preloaded versions belong to the release whether or not `versions` names them.
    """

    default_version: int
    preload: Sequence[int] | None = None
    versions: Sequence[int] | None = None
    settings: ReleaseSettings = ReleaseSettings()  # noqa: RUF009 - frozen
    note: str = ""


def compose_release(
    name: str, wish: ReleaseWish, *, registry: Registry, needs: ExperimentNeeds = NOTHING_NEEDED
) -> ReleaseContent:
    """The content of the release that `wish` describes, and with it what experiments need.

    Raises UnknownModel, UnknownModelVersion, NotApproved, and InvalidRequest for more versions than a release
    takes or artefacts beyond the session memory budget.
    """
    model = registry.find_model(name)
    if model is None:
        raise UnknownModel(name)
    preload = tuple(dict.fromkeys([*_preload(wish), *needs.preloaded]))
    versions = _versions(model, replace(wish, preload=preload), registry)
    _check_budget(versions, preload, wish.settings, needs)
    released = {
        number: ReleasedVersion(number, each.artefact, each.signature, each.reference)
        for number, each in versions.items()
    }
    return ReleaseContent(model, wish.default_version, preload, released, wish.settings)


def _preload(wish: ReleaseWish) -> Sequence[int]:
    return [wish.default_version] if wish.preload is None else wish.preload


def _versions(model: Model, wish: ReleaseWish, registry: Registry) -> dict[int, ModelVersion]:
    named = {wish.default_version, *(wish.preload or ()), *(wish.versions or ())}
    if wish.versions is None:
        known = {version.number: version for version in registry.list_versions(model.name)}
        named |= {number for number, each in known.items() if each.approval.state is ApprovalState.APPROVED}
    if len(named) > MAX_VERSIONS_PER_RELEASE:
        found = f"{len(named)} versions of {model.name}, a release takes {MAX_VERSIONS_PER_RELEASE}"
        raise InvalidRequest(f"{found}; name the ones to serve")
    if wish.versions is not None:
        known = {number: each for number in named if (each := registry.find_version(model.name, number))}
    if missing := sorted(named - set(known)):
        raise UnknownModelVersion(model.name, ", ".join(map(str, missing)), sorted(known))
    chosen = {number: known[number] for number in sorted(named)}
    if refusal := unapproved(model.name, chosen):
        raise refusal
    return chosen


def _check_budget(
    versions: Mapping[int, ModelVersion], preload: Sequence[int], settings: ReleaseSettings, needs: ExperimentNeeds
) -> None:
    budget = settings.session_memory_budget_bytes
    for number, version in versions.items():
        if version.artefact.size_bytes > budget:
            found = f"version {number} has {version.artefact.size_bytes} bytes"
            raise InvalidRequest(f"session_memory_budget_bytes == {budget}, but {found}")
    together = sum(versions[number].artefact.size_bytes for number in preload)
    if together > budget:
        why = f" ({needs})" if needs.preloaded else ""
        raise InvalidRequest(
            f"session_memory_budget_bytes == {budget}, but the preloaded versions have {together}{why}"
        )
