"""Start a rollout: check that it may begin, open it, write that down, start its controller.

A process may die between any two of these; the same call again, with the same id, takes up where it stopped.
"""

import re
from dataclasses import dataclass, replace

from sluice.catalog.alias import AliasState
from sluice.errors import (
    Conflict,
    InvalidRequest,
    MoveRefused,
    UnknownFunction,
    UnknownModel,
)
from sluice.governance.records import RolloutStarted
from sluice.rollouts.plan import Plan
from sluice.rollouts.plan_document import plan_to_document
from sluice.rollouts.ports import ControllerRunner
from sluice.rollouts.state import RolloutState
from sluice.usecases.refuse_open_rollout import controlled_rollout, has_open_rollout, open_rollout
from sluice.usecases.rollout_candidate import candidate_version, what_is_new
from sluice.usecases.rollout_ports import RolloutPorts
from sluice.usecases.rollout_records import announce, facts_of, record
from sluice.usecases.who_and_why import check_who_and_why

_FIRST_EPOCH = 1
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True)
class RolloutWish:
    """What to roll out: a release, by its newest function version, or a function version; exactly one of them.

    Raises InvalidRequest for an id that is not 1-32 of a-z, 0-9 and '-', and without a name or a reason.
    """

    rollout_id: str
    plan: Plan
    by: str
    why: str
    release: int | None = None
    function_version: str | None = None

    def __post_init__(self) -> None:
        check_who_and_why(self.by, self.why)
        if not _ID.fullmatch(self.rollout_id):
            raise InvalidRequest(f"rollout_id == {self.rollout_id!r}, must be 1-32 of a-z, 0-9 and '-'")
        if (self.release is None) == (self.function_version is None):
            raise InvalidRequest("a rollout is of a release or of a function version: name one of them")


def start_rollout(model: str, wish: RolloutWish, *, ports: RolloutPorts, runner: ControllerRunner) -> RolloutState:
    """Open the rollout, and have its first controller started; the same wish again is accepted.

    Raises UnknownModel, UnknownRelease, UnknownFunction, RolloutOpen, ArtefactQuarantined, MoveRefused, Conflict for
    an id that is taken, RolloutChanged, StoreUnavailable.
    """
    state = ports.store.find(model, wish.rollout_id)
    if state is None:
        state = _new(model, wish, ports)
        ports.store.open(state)
    _refuse_another(state, wish)
    if state.epoch < _FIRST_EPOCH and not state.is_closed:
        record(_started(state, ports), ports)
        state = ports.store.save(replace(state, epoch=_FIRST_EPOCH))
        announce(state, "RolloutStarted", ports, by=wish.by, why=wish.why)
    if state.epoch == _FIRST_EPOCH and not state.is_closed:
        runner.start(model, wish.rollout_id, _FIRST_EPOCH)
    return state


def take_over_rollout(state: RolloutState, *, runner: ControllerRunner) -> None:
    """Start another controller for an open rollout; from its first tick on the one before it can write nothing."""
    runner.start(state.model, state.rollout_id, state.epoch + 1)


def _new(model: str, wish: RolloutWish, ports: RolloutPorts) -> RolloutState:
    carriers = {it.function_version: it.release for it in ports.registry.list_bindings(model)}
    alias, subject = _stable_alias(model, ports), f"rollout {wish.rollout_id}"
    candidate = candidate_version(subject, carriers, release=wish.release, function_version=wish.function_version)
    if alias.stable_version not in carriers:
        raise MoveRefused(subject, "start", f"function version {alias.stable_version} under the alias has no release")
    if candidate == alias.stable_version:
        raise MoveRefused(subject, "start", f"function version {candidate} has all traffic already")
    now = ports.clock.now()
    stable_release = carriers[alias.stable_version]
    return RolloutState(
        wish.rollout_id,
        model,
        wish.plan,
        stable_version=alias.stable_version,
        candidate_version=candidate,
        stable_release=stable_release,
        candidate_release=carriers[candidate],
        artefact_digest=what_is_new(model, candidate, stable_release, carriers[candidate], ports=ports),
        started_by=wish.by,
        why=wish.why,
        started_at=now,
        lease_until=ports.lease_from(now),
    )


def _stable_alias(model: str, ports: RolloutPorts) -> AliasState:
    if ports.registry.find_model(model) is None:
        raise UnknownModel(model)
    if other := ports.store.find_open(model):
        raise controlled_rollout(other)
    alias = ports.publisher.alias(model)
    if alias is None:
        name = ports.publisher.function_name(model)
        raise UnknownFunction(f"{name!r} has no live alias; publish a release of {model!r} first")
    if has_open_rollout(alias):
        raise open_rollout(model, alias)
    return alias


def _refuse_another(state: RolloutState, wish: RolloutWish) -> None:
    """An id is of one candidate under one plan, for ever."""
    named = (state.candidate_release, state.candidate_version)
    same = wish.release in (None, named[0]) and wish.function_version in (None, named[1])
    if not same or state.plan != wish.plan:
        raise Conflict(f"rollout {wish.rollout_id!r} of {state.model!r} is another one; take another id")


def _started(state: RolloutState, ports: RolloutPorts) -> RolloutStarted:
    return RolloutStarted(
        **facts_of(state, state.started_by, ports),
        stable_version=state.stable_version,
        candidate_version=state.candidate_version,
        stable_release=state.stable_release,
        candidate_release=state.candidate_release,
        artefact_digest=state.artefact_digest,
        plan=plan_to_document(state.plan),
        why=state.why,
    )
