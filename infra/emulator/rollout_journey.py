"""What is shown of rollouts: the deployed machine gives a candidate its first traffic, and takes it back when asked.

Every call of it is made under the controller's own role, whose policies are enforced.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.emulator.commands import Sluice
from infra.emulator.experiment_journey import NeverHappened

_DEADLINE_SECONDS = 180.0  # the machine looks once a minute
_WHY = ("--why", "the journey")


@dataclass(frozen=True, slots=True)
class RolloutJourney:
    """`say` takes one line per step."""

    deployed: Sluice
    say: Callable[[str], None]

    def run(self, model: str, folder: str) -> None:
        """Roll the model version in `folder` out, and abort it. Raises CommandFailed or NeverHappened."""
        release = self._publish(model, folder)
        plan = ("--policy", "low", "--rehearsal")
        self.deployed.ask("rollout", "start", model, "--release", str(release), *plan, *_WHY)
        stepping = self._until(model, lambda state: state["weight_bps"] > 0, "had traffic")
        self._require_share(model, stepping["weight_bps"])
        self.say(f"started a rollout: warmed up, and given {stepping['weight_bps']} bps by the deployed controller")
        self.deployed.ask("rollout", "abort", model, *_WHY)
        ended = self._until(model, lambda state: state["closed_at"], "was over")
        self._require_share(model, 0)
        [chain] = self.deployed.ask("ledger", "verify")
        if not chain["is_whole"] or chain["missing_copies"] or chain["repaired_copies"]:
            raise NeverHappened(f"the ledger does not hold: {chain}")
        self.say(f"aborted it: {ended['phase'].lower()}, and all {chain['records']} records of the ledger hold")

    def _publish(self, model: str, folder: str) -> int:
        version = self.deployed.ask("model", "register", folder)["model_version"]
        self.deployed.ask("model", "approve", model, str(version), *_WHY)
        release: int = self.deployed.ask("release", "publish", model)["release"]
        return release

    def _require_share(self, model: str, weight_bps: int) -> None:
        candidate = self.deployed.ask("alias", "show", model)["candidate"]
        found = candidate["weight_bps"] if candidate else 0
        if found != weight_bps:
            raise NeverHappened(f"the candidate has {found} bps, where the rollout says {weight_bps}")

    def _until(self, model: str, holds: Callable[[dict[str, Any]], object], what: str) -> dict[str, Any]:
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while True:
            state: dict[str, Any] = self.deployed.ask("rollout", "list", model)[0]
            if holds(state):
                return state
            if state["closed_at"] or time.monotonic() > deadline:
                raise NeverHappened(f"the rollout never {what}: {state['phase']} {state['closing_reason']}")
            time.sleep(2)
