"""Take a rollout back on request: an open one, or a promoted one for as long as the version before it is kept."""

from dataclasses import replace

from sluice.errors import AliasRefused, MoveRefused, RolloutChanged
from sluice.governance.records import QuarantineReleased, WishMade
from sluice.rollouts import requests
from sluice.rollouts.ports import ControllerRunner
from sluice.rollouts.state import Phase, RolloutState
from sluice.usecases.refuse_open_rollout import controlled_rollout
from sluice.usecases.rollout_alias import is_as_left
from sluice.usecases.rollout_ports import RolloutPorts
from sluice.usecases.rollout_records import facts_of, record
from sluice.usecases.rollout_request import RolloutRequest, find_rollout

_TRIES = 5


def roll_back_rollout(request: RolloutRequest, *, ports: RolloutPorts, runner: ControllerRunner) -> RolloutState:
    """Ask for all traffic to go back to the stable version, and have a controller do it; its next tick does.

    Raises UnknownDefinition; MoveRefused if the version before it is gone, or the alias has moved on since;
    RolloutOpen if another rollout is open; RolloutChanged, StoreUnavailable, LedgerMoved.
    """
    for _ in range(_TRIES):
        state = find_rollout(request.model, request.rollout_id, ports=ports)
        wanted = requests.roll_back(state)
        if wanted == state:
            if not state.is_closed:
                runner.start(state.model, state.rollout_id, state.epoch)  # in case a first request died before it
            return state
        try:
            return _rolling_back(state, wanted, request, ports, runner)
        except RolloutChanged:
            continue
    raise RolloutChanged(request.model, request.rollout_id)


def release_from_quarantine(request: RolloutRequest, *, ports: RolloutPorts) -> bool:
    """Let the artefact of a rolled-back rollout be rolled out again; False if it is in no quarantine.

    Raises UnknownDefinition, StoreUnavailable, LedgerMoved.
    """
    state = find_rollout(request.model, request.rollout_id, ports=ports)
    if ports.store.quarantined_by(state.artefact_digest) is None:
        return False
    facts = facts_of(state, request.by, ports)
    record(QuarantineReleased(**facts, artefact_digest=state.artefact_digest, why=request.why), ports)
    ports.store.release_from_quarantine(state.artefact_digest)
    return True


def _rolling_back(
    state: RolloutState, wanted: RolloutState, request: RolloutRequest, ports: RolloutPorts, runner: ControllerRunner
) -> RolloutState:
    if state.phase is Phase.PROMOTED:
        _refuse_unless_possible(state, ports)
    record(WishMade(**facts_of(state, request.by, ports), wish="roll_back", why=request.why), ports)
    if state.phase is not Phase.PROMOTED:
        return ports.store.save(wanted)
    reopened = ports.store.reopen(
        replace(wanted, epoch=state.epoch + 1, lease_until=ports.lease_from(ports.clock.now()))
    )
    runner.start(reopened.model, reopened.rollout_id, reopened.epoch)
    return reopened


def _refuse_unless_possible(state: RolloutState, ports: RolloutPorts) -> None:
    other = ports.store.find_open(state.model)
    if other:
        raise controlled_rollout(other)
    subject = f"rollout {state.rollout_id}"
    if not is_as_left(state, ports.publisher.alias(state.model)):
        raise MoveRefused(subject, "roll back", "the alias has moved on since it was promoted")
    try:
        ports.publisher.require_published(state.model, state.stable_version)
    except AliasRefused as gone:
        why = f"function version {state.stable_version}, which was stable before, is not kept any more"
        raise MoveRefused(subject, "roll back", why) from gone
