"""What a tick of a rehearsal did, beside the time that the rollout had been open by then."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sluice.rollouts.verdict import Judgement
from sluice.usecases.advance_rollout import Advanced, TickAction


@dataclass(frozen=True, slots=True)
class Scene:
    """One decision. `weight_bps` is what the candidate had while it was judged, `weight_after_bps` what it has now.

    `step` is the position of the step that was judged, -1 before the first.
    """

    elapsed: timedelta
    step: int
    weight_bps: int
    action: TickAction
    weight_after_bps: int
    reasons: tuple[str, ...]
    judgements: tuple[Judgement, ...]

    def to_document(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "elapsed_seconds": int(self.elapsed.total_seconds()),
            "step": self.step,
            "weight_bps": self.weight_bps,
            "action": self.action.value,
            "weight_after_bps": self.weight_after_bps,
            "reasons": list(self.reasons),
            "verdicts": [asdict(it) for it in self.judgements],
        }


def scenes_of(ticks: Iterable[Advanced]) -> Iterator[Scene]:
    """The ticks that did something, as they come; those that held are passed over."""
    step, weight_bps = -1, 0
    for minute, tick in enumerate(ticks):
        state = tick.state
        if tick.action is not TickAction.HOLD:
            elapsed = timedelta(minutes=minute)
            yield Scene(elapsed, step, weight_bps, tick.action, state.weight_bps, tick.reasons, tick.judgements)
        step, weight_bps = state.step, state.weight_bps
