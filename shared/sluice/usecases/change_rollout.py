"""What people do with a rollout: pause, resume, promote, abort, approve. Each is in the ledger before it counts.

The controller does what was asked with its next tick. All are idempotent: what is so already is not written again.
"""

from collections.abc import Callable
from typing import Any

from sluice.errors import RolloutChanged
from sluice.governance.records import ApprovalGiven, Paused, Record, Resumed, WishMade
from sluice.rollouts import requests
from sluice.rollouts.state import RolloutState
from sluice.usecases.rollout_ports import RolloutPorts
from sluice.usecases.rollout_records import facts_of, record
from sluice.usecases.rollout_request import RolloutRequest, find_rollout

_TRIES = 5

_Told = Callable[[RolloutState, dict[str, Any]], Record]


def pause_rollout(request: RolloutRequest, *, ports: RolloutPorts) -> RolloutState:
    """Nothing advances until it is resumed; a breach still rolls back.

    Raises UnknownDefinition, MoveRefused for a closed one, RolloutChanged if others always came between,
    StoreUnavailable, LedgerMoved; so do all of these.
    """
    return _change(request, requests.pause, lambda _, facts: Paused(**facts), ports)


def resume_rollout(request: RolloutRequest, *, ports: RolloutPorts) -> RolloutState:
    """End the pause."""
    return _change(request, requests.resume, lambda _, facts: Resumed(**facts), ports)


def promote_rollout(request: RolloutRequest, *, ports: RolloutPorts) -> RolloutState:
    """All traffic to the candidate, before its time; refused while an approval is missing."""
    return _change(request, requests.promote, lambda _, facts: WishMade(**facts, wish="promote"), ports)


def abort_rollout(request: RolloutRequest, *, ports: RolloutPorts) -> RolloutState:
    """All traffic back to the stable version; the artefact may be rolled out again."""
    return _change(request, requests.abort, lambda _, facts: WishMade(**facts, wish="abort"), ports)


def approve_rollout(request: RolloutRequest, *, ports: RolloutPorts) -> RolloutState:
    """One person's yes to the first gate that waits for approvals; whoever started it is none of two."""
    return _change(
        request,
        lambda state: requests.approve(state, request.by),
        lambda state, facts: ApprovalGiven(**facts, gate=_asked(state)),
        ports,
    )


def _asked(state: RolloutState) -> int:
    position = requests.open_approval(state)
    assert position is not None
    return position


def _change(request: RolloutRequest, change: requests.Change, told: _Told, ports: RolloutPorts) -> RolloutState:
    """Ticks save meanwhile: then the change is made again, on what they saved, and recorded once."""
    recorded = False
    for _ in range(_TRIES):
        state = find_rollout(request.model, request.rollout_id, ports=ports)
        changed = change(state)
        if changed == state:
            return state
        if not recorded:
            record(told(state, {**facts_of(state, request.by, ports), "why": request.why}), ports)
            recorded = True
        try:
            return ports.store.save(changed)
        except RolloutChanged:
            continue
    raise RolloutChanged(request.model, request.rollout_id)
