"""What the routes of rollouts are made of."""

from dataclasses import dataclass

from sluice.errors import Unsupported
from sluice.rollouts.ports import ControllerRunner
from sluice.usecases.rollout_ports import RolloutPorts


@dataclass(frozen=True, slots=True)
class RolloutControl:
    """Ports, and what runs controllers; None where nothing does, and so nothing can be started."""

    ports: RolloutPorts
    runner: ControllerRunner | None = None

    def require_runner(self) -> ControllerRunner:
        """Raise Unsupported where a rollout would stand still for want of a controller."""
        if self.runner is None:
            raise Unsupported("no state machine runs rollouts here; `sluice rollout start --follow` is a controller")
        return self.runner
