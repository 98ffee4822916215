"""What a person asks of a rollout: which one, who asks, and why."""

from dataclasses import dataclass

from sluice.errors import UnknownDefinition
from sluice.rollouts.state import RolloutState
from sluice.usecases.rollout_ports import RolloutPorts
from sluice.usecases.who_and_why import check_who_and_why


@dataclass(frozen=True, slots=True)
class RolloutRequest:
    """Raises InvalidRequest without a name or a reason."""

    model: str
    rollout_id: str
    by: str
    why: str

    def __post_init__(self) -> None:
        check_who_and_why(self.by, self.why)


def find_rollout(model: str, rollout_id: str, *, ports: RolloutPorts) -> RolloutState:
    """The rollout as it is stored. Raises UnknownDefinition."""
    state = ports.store.find(model, rollout_id)
    if state is None:
        raise UnknownDefinition("rollout", rollout_id)
    return state
