"""One tick: the whole controller. It may die anywhere; the next tick finishes what it began.

Claim the rollout, look at the alias, finish what is pending, read, judge, decide, act, save, renew the lease.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sluice.catalog.alias import AliasState
from sluice.errors import CandidateFailed
from sluice.governance.records import DecisionTaken, Verdicts
from sluice.rollouts.decide import Action, Decision
from sluice.rollouts.move import Move, MoveKind
from sluice.rollouts.state import Phase, RolloutState, Wish
from sluice.rollouts.verdict import Judgement
from sluice.usecases.rollout_alias import claim, is_as_left, move_alias, settle
from sluice.usecases.rollout_end import close, halt
from sluice.usecases.rollout_gates import pass_gates
from sluice.usecases.rollout_ports import CONTROLLER, ControllerPorts
from sluice.usecases.rollout_reading import RolloutReading, read_rollout, with_baseline
from sluice.usecases.rollout_records import announce, facts_of, record
from sluice.usecases.rollout_request import find_rollout

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_MOVES = MappingProxyType(
    {
        Action.ADVANCE: MoveKind.STEP,
        Action.PROMOTE: MoveKind.PROMOTE,
        Action.ROLL_BACK: MoveKind.ROLL_BACK,
    }
)


class TickAction(StrEnum):
    """What a tick did: one of `decide.Action`, or one of these.

    SETTLED: it finished what an earlier tick had begun. HALTED: it found that someone else moved the alias.
    SUPERSEDED: another controller has the rollout now. CLOSED: the rollout was closed before.
    """

    ADVANCE = "advance"
    HOLD = "hold"
    PROMOTE = "promote"
    CLOSE = "close"
    ROLL_BACK = "roll_back"
    ASK = "ask"
    SETTLED = "settled"
    HALTED = "halted"
    SUPERSEDED = "superseded"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Advanced:
    """What a tick did, why, and the state after it. `is_over` says that this controller has nothing more to do."""

    action: TickAction
    state: RolloutState
    reasons: tuple[str, ...] = ()
    judgements: tuple[Judgement, ...] = ()

    @property
    def is_over(self) -> bool:
        """Closed, or somebody else's."""
        return self.state.is_closed or self.action is TickAction.SUPERSEDED


def advance_rollout(model: str, rollout_id: str, epoch: int, *, ports: ControllerPorts) -> Advanced:
    """One tick of the controller that holds `epoch`; a higher one than the stored takes the rollout over.

    Raises UnknownDefinition; RolloutChanged if another writer came between, and StoreUnavailable, LedgerMoved,
    AliasRefused if something failed: the next tick takes up from there, and if none comes far enough before the lease
    lapses, the failsafe gives all traffic back.
    """
    state = find_rollout(model, rollout_id, ports=ports)
    if state.is_closed:
        return Advanced(TickAction.CLOSED, state, (state.closing_reason,))
    if state.epoch > epoch:
        return Advanced(TickAction.SUPERSEDED, state, (f"controller {state.epoch} has the rollout",))
    state = claim(state, epoch, ports)
    alias = ports.publisher.alias(model)
    if state.pending is not None:
        return _settled(state, alias, ports)
    if alias is None or not is_as_left(state, alias):
        halted = halt(state, alias, ports)
        return Advanced(TickAction.HALTED, halted, (halted.closing_reason,))
    return _decided(with_baseline(state, ports=ports), alias, ports)


def _settled(state: RolloutState, alias: AliasState | None, ports: ControllerPorts) -> Advanced:
    wished = (f"a person asked to {state.wish.replace('_', ' ')}",)
    undo = _move(state, Decision(Action.ROLL_BACK, 0, wished), _NOTHING, ports)
    ends = state.wish in (Wish.ABORT, Wish.ROLL_BACK)
    after = settle(state, alias, ports, instead=undo if ends else None)
    action = TickAction.HALTED if after.phase is Phase.HALTED else TickAction.SETTLED
    return Advanced(action, after, after.pending.reasons if after.pending else ("finished what was pending",))


def _decided(state: RolloutState, alias: AliasState, ports: ControllerPorts) -> Advanced:
    reading = read_rollout(state, ports=ports)
    state, decision = pass_gates(state, reading, ports)
    decision = _warmed_up(state, _never_blind(decision, reading), ports)
    asks_anew = decision.action is Action.ASK and not state.is_asking
    if decision.action not in (Action.HOLD, Action.ASK) or asks_anew:
        _tell_why(state, decision, reading, ports)
    after = _act(state, decision, reading, alias, ports)
    action = TickAction.HALTED if after.phase is Phase.HALTED else TickAction(decision.action.value)
    reasons = (*decision.reasons, *filter(None, (reading.problem,)))
    return Advanced(action, after, reasons, reading.judgements)


def _never_blind(decision: Decision, reading: RolloutReading) -> Decision:
    """The decision, unless it ends the last watch while nobody can see."""
    if decision.action is Action.CLOSE and reading.problem:
        return Decision(Action.HOLD, decision.weight_bps, ("it is not closed unseen",))
    return decision


def _warmed_up(state: RolloutState, decision: Decision, ports: ControllerPorts) -> Decision:
    """The decision, unless it gives a candidate its first traffic that cannot answer a single call."""
    first_traffic = state.phase is Phase.PREPARING and decision.action in (Action.ADVANCE, Action.PROMOTE)
    if not (first_traffic and state.plan.warms_up):
        return decision
    try:
        ports.warm_up(state)
    except CandidateFailed as failure:
        return Decision(Action.ROLL_BACK, 0, (f"it failed before it had any traffic: {failure}",))
    return decision


def _tell_why(state: RolloutState, decision: Decision, reading: RolloutReading, ports: ControllerPorts) -> None:
    facts = facts_of(state, CONTROLLER, ports)
    if reading.judgements:
        verdicts = Verdicts(
            **facts,
            step=state.step,
            weight_bps=state.weight_bps,
            since=reading.since,
            until=reading.until,
            judgements=reading.evidence,
        )
        record(verdicts, ports)
    taken = DecisionTaken(
        **facts,
        action=decision.action.value,
        weight_bps=decision.weight_bps,
        reasons=decision.reasons,
        gate=decision.gate,
    )
    record(taken, ports)


def _act(
    state: RolloutState, decision: Decision, reading: RolloutReading, alias: AliasState, ports: ControllerPorts
) -> RolloutState:
    if decision.action in _MOVES:
        return move_alias(state, _move(state, decision, {"judgements": reading.evidence}, ports), alias, ports)
    if decision.action is Action.CLOSE:
        return close(state, Phase.PROMOTED, decision.reasons[0], by=CONTROLLER, ports=ports)
    asks = decision.action is Action.ASK
    saved = ports.store.save(replace(state, is_asking=asks, lease_until=ports.lease_from(ports.clock.now())))
    if asks and not state.is_asking:
        announce(saved, "RolloutAsks", ports, reasons=list(decision.reasons), gate=decision.gate)
    return saved


def _move(state: RolloutState, decision: Decision, evidence: Mapping[str, Any], ports: ControllerPorts) -> Move:
    kind = _MOVES[decision.action]
    step = {MoveKind.STEP: state.step + 1, MoveKind.PROMOTE: len(state.plan.steps) - 1}.get(kind, state.step)
    now = ports.clock.now()
    return Move(kind, step, decision.weight_bps, decision.reasons, now, CONTROLLER, evidence=evidence)
