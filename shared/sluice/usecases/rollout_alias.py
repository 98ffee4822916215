"""The one place that writes the alias of a rollout: intent, UpdateAlias, read back, effect, state.

A tick may end between any two of these; `settle` then finishes what the state says is pending. Whoever calls has
claimed the rollout: its epoch is theirs, and the alias was read after that.

Why two controllers cannot both write: between reading the alias and writing it, each saves the state under its
revision. So whoever writes was the last to save, and nobody who saved later has written yet; one that does so then
finds the intent, and writes the alias even if it shows that already. That changes its revision id, and the first,
should it wake up, is refused. Of rivals, both may record the effect: it names its intent, so it counts once.
"""

from dataclasses import replace

from sluice.catalog.alias import AliasState
from sluice.errors import AliasRefused
from sluice.governance.records import Effect, Intent, RecordType
from sluice.rollouts.move import Move, MoveKind
from sluice.rollouts.shares import alias_with, shares_after, shares_now, shares_of
from sluice.rollouts.state import RolloutState
from sluice.usecases.rollout_end import complete, halt
from sluice.usecases.rollout_ports import RolloutPorts
from sluice.usecases.rollout_records import facts_of, is_recorded, record, weights_as, weights_as_seen

_ROLL_BACK_TRIES = 3


def claim(state: RolloutState, epoch: int, ports: RolloutPorts) -> RolloutState:
    """Make the rollout the caller's until somebody else claims it. Raises RolloutChanged, StoreUnavailable.

    The lease stays as it is: only a tick that came to its end renews it.
    """
    return ports.store.save(replace(state, epoch=epoch))


def is_as_left(state: RolloutState, alias: AliasState | None) -> bool:
    """Whether the alias is as the rollout left it."""
    return alias is not None and shares_of(alias) == shares_now(state)


def move_alias(state: RolloutState, move: Move, alias: AliasState, ports: RolloutPorts) -> RolloutState:
    """Move the alias from how the rollout left it; the state with it moved, or still pending, or halted.

    Raises AliasRefused for what AWS will never do, StoreUnavailable, LedgerMoved, RolloutChanged.
    """
    before = weights_as_seen(state, alias)
    after = weights_as(state, shares_after(state, move))
    intent = Intent(**facts_of(state, move.by, ports), before=before, after=after, why="; ".join(move.reasons))
    seq = record(intent, ports).seq
    pending = ports.store.save(replace(state, pending=replace(move, intent_seq=seq)))
    return _carry_out(pending, alias, ports)


def settle(
    state: RolloutState, alias: AliasState | None, ports: RolloutPorts, *, instead: Move | None = None
) -> RolloutState:
    """Finish the pending move of a tick that died: from the alias one sees how far it came.

    `instead` is what is done in its place if it had no effect yet. A pending roll-back is always finished.
    """
    move = state.pending
    assert move is not None
    before, after = shares_now(state), shares_after(state, move)
    found = shares_of(alias) if alias else None
    if alias is not None and found == after != before:
        return _took_effect(state, alias, ports)
    if alias is None or found != before:
        return halt(state, alias, ports)
    if instead is not None and move.kind is not MoveKind.ROLL_BACK:
        return move_alias(state, instead, alias, ports)
    return _carry_out(ports.store.save(state), alias, ports)


def _carry_out(state: RolloutState, alias: AliasState, ports: RolloutPorts) -> RolloutState:
    """Write even what the alias shows already: a new revision id is what stops a controller that was thought dead."""
    move = state.pending
    assert move is not None
    before, after = shares_now(state), shares_after(state, move)
    for _ in range(_ROLL_BACK_TRIES if move.kind is MoveKind.ROLL_BACK else 1):
        _ask_for(alias_with(alias, after), state.model, ports)
        seen = ports.publisher.alias(state.model)
        if seen is None or shares_of(seen) not in (before, after):
            return halt(state, seen, ports)
        if shares_of(seen) == after:
            return _took_effect(state, seen, ports)
        alias, state = seen, ports.store.save(state)
    return state


def _ask_for(wanted: AliasState, model: str, ports: RolloutPorts) -> None:
    """A refusal because the alias moved is no failure here: what it is now is read back, and judged by that."""
    try:
        ports.publisher.shift(model, wanted)
    except AliasRefused as refusal:
        if not refusal.is_outdated:
            raise


def _took_effect(state: RolloutState, alias: AliasState, ports: RolloutPorts) -> RolloutState:
    move = state.pending
    assert move is not None
    if not is_recorded(state, ports, RecordType.EFFECT):
        seen = weights_as_seen(state, alias)
        record(Effect(**facts_of(state, move.by, ports), intent_seq=move.intent_seq, alias=seen), ports)
    return complete(state, move, ports)
