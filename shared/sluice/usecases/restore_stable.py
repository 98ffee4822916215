"""The failsafe: an open rollout whose controller is dead gives all its traffic back to the stable version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sluice.errors import RolloutChanged, SluiceError
from sluice.rollouts.move import Move, MoveKind
from sluice.rollouts.state import RolloutState
from sluice.usecases.rollout_alias import claim, is_as_left, move_alias, settle
from sluice.usecases.rollout_end import halt
from sluice.usecases.rollout_ports import FAILSAFE, RolloutPorts


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of a rollout whose lease had lapsed; `problem` says why it must be tried again, "" if it need not."""

    state: RolloutState
    problem: str = ""


def restore_lapsed(*, ports: RolloutPorts) -> Sequence[Restored]:
    """Look at every open rollout, whatever becomes of the others. Raises StoreUnavailable if they cannot be listed.

    One whose controller turns out to be alive is not among them.
    """
    now = ports.clock.now()
    tried = [_tried(state, ports) for state in ports.store.list_open() if _has_lapsed(state, now)]
    return [it for it in tried if it is not None]


def restore_stable(state: RolloutState, *, ports: RolloutPorts) -> RolloutState:
    """Take the rollout over, so that a controller that wakes up can write nothing, and roll it back.

    It ends ROLLED_BACK, or HALTED if somebody else moved the alias. Raises RolloutChanged if a controller is alive,
    StoreUnavailable, LedgerMoved, AliasRefused: it is tried again then.
    """
    state = claim(state, state.epoch + 1, ports)
    now = ports.clock.now()
    reasons = (f"nobody renewed the lease that lapsed at {state.lease_until}",)
    move = Move(MoveKind.ROLL_BACK, state.step, 0, reasons, now, FAILSAFE)
    if state.pending is not None:
        state = settle(state, ports.publisher.alias(state.model), ports, instead=move)
        if state.is_closed or state.pending is not None:
            return state
    alias = ports.publisher.alias(state.model)
    if alias is None or not is_as_left(state, alias):
        return halt(state, alias, ports)
    return move_alias(state, move, alias, ports)


def _has_lapsed(state: RolloutState, now: datetime) -> bool:
    return state.lease_until is None or state.lease_until < now


def _tried(state: RolloutState, ports: RolloutPorts) -> Restored | None:
    try:
        restored = restore_stable(state, ports=ports)
    except RolloutChanged:
        return None
    except SluiceError as error:
        return Restored(state, str(error))
    return Restored(restored, "" if restored.is_closed else "the alias does not show the roll-back yet")
