"""Load and unload, as the model repository extension has them: what the next release may hold.

Nothing is published and no traffic moves: that is for a release and its rollout.
"""

from dataclasses import dataclass

from sluice.catalog.approval import ApprovalState
from sluice.catalog.model_version import ModelVersion
from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.clock import Clock
from sluice.errors import InvalidRequest, MoveRefused, UnknownModel, UnknownModelVersion
from sluice.experiments.ports import DefinitionStore
from sluice.rollouts.ports import RolloutStore
from sluice.usecases.decide_approval import Decision, decide_approval
from sluice.usecases.experiment_needs import experiment_needs
from sluice.usecases.model_index import IndexEntry, entry_of, traffic_of


@dataclass(frozen=True, slots=True)
class RepositoryWish:
    """`model_version` None is the newest. `why` may be empty where nothing changes."""

    model: str
    model_version: int | None
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class RepositoryPorts:
    """`rollouts` and `definitions` are None where there are none, and nothing of theirs can need a version."""

    registry: Registry
    publisher: FunctionPublisher
    clock: Clock
    rollouts: RolloutStore | None = None
    definitions: DefinitionStore | None = None


def load_version(wish: RepositoryWish, *, ports: RepositoryPorts) -> IndexEntry:
    """Approve the version, unless it is; how it then stands.

    Raises UnknownModel, UnknownModelVersion, InvalidRequest without a reason, IllegalApproval for what was rejected or
    retired.
    """
    version = _version(wish, ports)
    if version.approval.state is not ApprovalState.APPROVED:
        version = _decided(version, ApprovalState.APPROVED, wish, ports)
    return _entry(version, ports)


def unload_version(wish: RepositoryWish, *, ports: RepositoryPorts) -> IndexEntry:
    """Retire the version, if it is approved; how it then stands. There is no way back.

    Raises UnknownModel, UnknownModelVersion, InvalidRequest without a reason, StillServed, and MoveRefused where an
    open rollout or a running experiment needs it.
    """
    version = _version(wish, ports)
    if version.approval.state is ApprovalState.APPROVED:
        _refuse_needed(version, ports)
        version = _decided(version, ApprovalState.RETIRED, wish, ports)
    return _entry(version, ports)


def _version(wish: RepositoryWish, ports: RepositoryPorts) -> ModelVersion:
    number = wish.model_version or ports.registry.latest_version_number(wish.model)
    version = ports.registry.find_version(wish.model, number) if number else None
    if version is not None:
        return version
    if ports.registry.find_model(wish.model) is None:
        raise UnknownModel(wish.model)
    raise UnknownModelVersion(wish.model, str(number or "newest"))


def _decided(version: ModelVersion, state: ApprovalState, wish: RepositoryWish, ports: RepositoryPorts) -> ModelVersion:
    if not wish.why.strip():
        raise InvalidRequest(f"parameter sluice_why is missing: {_subject(version)} would be {state}, and why is kept")
    decision = Decision(state, wish.by, wish.why)
    return decide_approval(
        version.model,
        version.number,
        decision=decision,
        registry=ports.registry,
        publisher=ports.publisher,
        clock=ports.clock,
    )


def _refuse_needed(version: ModelVersion, ports: RepositoryPorts) -> None:
    for why in (_needed_by_rollout(version, ports), _needed_by_experiments(version, ports)):
        if why:
            raise MoveRefused(_subject(version), "be unloaded", why)


def _needed_by_rollout(version: ModelVersion, ports: RepositoryPorts) -> str:
    state = ports.rollouts.find_open(version.model) if ports.rollouts else None
    for number in (state.stable_release, state.candidate_release) if state else ():
        release = ports.registry.find_release(version.model, number)
        if state and release and version.number in release.content.versions:
            return f"release {number} of rollout {state.rollout_id} has it"
    return ""


def _needed_by_experiments(version: ModelVersion, ports: RepositoryPorts) -> str:
    if ports.definitions is None:
        return ""
    needs = experiment_needs(version.model, registry=ports.registry, definitions=ports.definitions)
    keys = needs.preloaded.get(version.number, ())
    return f"running experiments need it: {', '.join(keys)}" if keys else ""


def _entry(version: ModelVersion, ports: RepositoryPorts) -> IndexEntry:
    traffic = traffic_of(version.model, registry=ports.registry, publisher=ports.publisher)
    return entry_of(version.model, version.number, version.approval, traffic)


def _subject(version: ModelVersion) -> str:
    return f"{version.model} version {version.number}"
