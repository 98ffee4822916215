"""What follows from a move that took effect, and how a rollout ends: promoted, rolled back, aborted or halted."""

from dataclasses import asdict, replace

from sluice.catalog.alias import AliasState
from sluice.governance.records import Closed, ForeignChange, RecordType
from sluice.governance.weights import Weights
from sluice.rollouts.move import Move, MoveKind
from sluice.rollouts.shares import shares_now
from sluice.rollouts.state import Phase, RolloutState, Wish
from sluice.usecases.rollout_incident import Mishap, open_incident
from sluice.usecases.rollout_ports import CONTROLLER, FAILSAFE, RolloutPorts
from sluice.usecases.rollout_records import announce, facts_of, is_recorded, record, weights_as, weights_as_seen


def complete(state: RolloutState, move: Move, ports: RolloutPorts) -> RolloutState:
    """The state after a move whose effect is in the ledger, saved. Raises RolloutChanged, StoreUnavailable."""
    if move.kind is MoveKind.ROLL_BACK:
        return _rolled_back(state, move, ports)
    now = ports.clock.now()
    is_promoted = move.kind is MoveKind.PROMOTE
    moved = replace(
        state,
        phase=Phase.BAKING if is_promoted else Phase.STEPPING,
        step=move.step,
        weight_bps=move.weight_bps,
        step_started_at=now,
        first_step_at=state.first_step_at or now,
        wish=Wish.NONE if is_promoted and state.wish is Wish.PROMOTE else state.wish,
        is_asking=False,
        pending=None,
        lease_until=ports.lease_from(now),
    )
    saved = ports.store.save(moved)
    announce(saved, "RolloutPromoted" if is_promoted else "RolloutStepped", ports, reasons=list(move.reasons))
    return saved


def close(state: RolloutState, phase: Phase, reason: str, *, by: str, ports: RolloutPorts) -> RolloutState:
    """Nothing more will happen to the rollout."""
    if not is_recorded(state, ports, RecordType.CLOSED):
        record(Closed(**facts_of(state, by, ports), phase=phase.value, reason=reason), ports)
    closed = replace(
        state, phase=phase, pending=None, is_asking=False, closed_at=ports.clock.now(), closing_reason=reason
    )
    saved = ports.store.save(closed)
    announce(saved, "RolloutClosed", ports, reason=reason)
    return saved


def halt(state: RolloutState, alias: AliasState | None, ports: RolloutPorts) -> RolloutState:
    """Somebody else moved the alias: it stays as they left it, and a person must look.

    Raises RolloutChanged if that somebody was another controller, who then has claimed the rollout.
    """
    state = ports.store.save(state)
    expected, seen = weights_as(state, shares_now(state)), weights_as_seen(state, alias)
    what = f"someone else moved the alias: expected {_in_words(expected)}, found {_in_words(seen)}"
    if not is_recorded(state, ports, RecordType.FOREIGN_CHANGE):
        record(ForeignChange(**facts_of(state, CONTROLLER, ports), expected=expected, alias=seen), ports)
    now, evidence = ports.clock.now(), {"expected": asdict(expected), "alias": asdict(seen)}
    open_incident(
        state, Mishap(what, evidence, began_at=now, detected_at=now, chapter="halted"), by=CONTROLLER, ports=ports
    )
    return close(state, Phase.HALTED, what, by=CONTROLLER, ports=ports)


def _rolled_back(state: RolloutState, move: Move, ports: RolloutPorts) -> RolloutState:
    """An abort before the candidate had any traffic is no incident; everything else that is rolled back is."""
    phase = Phase.ABORTED if state.wish is Wish.ABORT else Phase.ROLLED_BACK
    reason = "; ".join(move.reasons)
    if state.first_step_at or phase is Phase.ROLLED_BACK:
        began_at = state.step_started_at or state.started_at
        times = {"began_at": began_at, "detected_at": move.decided_at, "restored_at": ports.clock.now()}
        chapter = "failsafe" if move.by == FAILSAFE else "rolled-back"
        open_incident(state, Mishap(reason, move.evidence, **times, chapter=chapter), by=move.by, ports=ports)
    return close(replace(state, weight_bps=0), phase, reason, by=move.by, ports=ports)


def _in_words(weights: Weights) -> str:
    candidate = f" and {weights.candidate_version} at {weights.candidate_weight_bps} bps"
    return (weights.stable_version or "no alias") + (candidate if weights.candidate_version else "")
