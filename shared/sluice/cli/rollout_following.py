"""A rollout's controller in this process: a tick with every minute of its clock, for planes without a state machine."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING, Any

from sluice.cli.output import console, print_json, print_plain, say
from sluice.cli.rollout_connections import RolloutConnections
from sluice.cli.weights import percent
from sluice.errors import LedgerMoved, NotAvailable, RolloutChanged

if TYPE_CHECKING:
    from sluice.rollouts.state import RolloutState
    from sluice.usecases.advance_rollout import Advanced

_MINUTE = timedelta(minutes=1)
_LOOK_AT_CLOCK_SECONDS = 0.5


def follow_rollout(state: "RolloutState", epoch: int, rollouts: RolloutConnections, *, as_json: bool) -> None:
    """Tick until it is over; each tick is one line, or one JSON document. Ctrl-C ends this, and `follow` goes on."""
    for tick in _ticks(state, epoch, rollouts):
        document = _told(tick)
        if as_json:
            print_json(document)
            sys.stdout.flush()
        else:
            print_plain(_line(document), console())


def _ticks(state: "RolloutState", epoch: int, rollouts: RolloutConnections) -> Iterator["Advanced"]:
    """A tick that fails is no end: the next one takes up where it stopped."""
    from sluice.usecases.advance_rollout import advance_rollout

    never = Event()
    while True:
        ticked_at = rollouts.clock.now()
        try:
            tick = advance_rollout(state.model, state.rollout_id, epoch, ports=rollouts.controller_ports)
            yield tick
            if tick.is_over:
                return
        except (LedgerMoved, NotAvailable, RolloutChanged) as failure:
            say(f"this tick failed: {failure}")
        while rollouts.clock.now() < ticked_at + _MINUTE:
            never.wait(_LOOK_AT_CLOCK_SECONDS)


def _told(tick: "Advanced") -> dict[str, Any]:
    from dataclasses import asdict

    state = tick.state
    return {
        "model": state.model,
        "rollout_id": state.rollout_id,
        "action": tick.action.value,
        "phase": state.phase.value,
        "step": state.step,
        "weight_bps": state.weight_bps,
        "reasons": list(tick.reasons),
        "verdicts": [asdict(each) for each in tick.judgements],
    }


def _line(document: dict[str, Any]) -> str:
    verdicts = ", ".join(f"{each['guardrail']} {each['verdict']}" for each in document["verdicts"])
    said = f" [{verdicts}]" if verdicts else ""
    share, action = percent(document["weight_bps"]), document["action"].replace("_", " ")
    return f"{document['phase'].lower().replace('_', ' ')} {share}  {action}: {'; '.join(document['reasons'])}{said}"
