"""A rehearsed rollout, minute by minute: requests, the clock, a tick of the controller."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sluice.local.demo.traffic import Traffic
from sluice.local.movable_clock import MovableClock
from sluice.rollouts.longer_windows import period_start
from sluice.usecases.advance_rollout import Advanced, advance_rollout
from sluice.usecases.rollout_ports import ControllerPorts

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Ten hours take as long as their requests. The clock stands still but for its minutes."""

    ports: ControllerPorts
    traffic: Traffic
    clock: MovableClock
    requests_per_minute: int

    def begin(self) -> None:
        """Stop the clock at the beginning of an hour, so that every run falls into minutes alike."""
        self.clock.move_to(period_start(self.clock.freeze(), _HOUR) + _HOUR)

    def pass_minutes(self, count: int) -> None:
        """Let clients ask, and the time go by."""
        for _ in range(count):
            self.traffic.send(self.requests_per_minute)
            self.clock.advance(_MINUTE)

    def run(self, model: str, rollout_id: str, epoch: int) -> Iterator[Advanced]:
        """Every tick until the rollout is over, a minute between two of them. Raises as `advance_rollout` does."""
        while True:
            advanced = advance_rollout(model, rollout_id, epoch, ports=self.ports)
            yield advanced
            if advanced.is_over:
                return
            self.pass_minutes(1)
