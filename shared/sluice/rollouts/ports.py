"""What a rollout asks of the world. Every method may raise StoreUnavailable."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sluice.rollouts.readings import Baseline, Window
from sluice.rollouts.state import RolloutState


class RolloutStore(Protocol):
    """Rollouts, and which one of a model is open; every read is strongly consistent."""

    def open(self, state: RolloutState) -> None:
        """Write a new rollout and make it the model's open one, both or neither.

        Raises RolloutChanged if there is an open one, ArtefactQuarantined for a digest that was rolled back and not
        released from quarantine.
        """
        ...

    def find(self, model: str, rollout_id: str) -> RolloutState | None:
        """The rollout, or None."""
        ...

    def find_open(self, model: str) -> RolloutState | None:
        """The model's open rollout, or None."""
        ...

    def list_rollouts(self, model: str) -> Sequence[RolloutState]:
        """All of a model's, newest first."""
        ...

    def list_open(self) -> Sequence[RolloutState]:
        """The open ones of all models; few."""
        ...

    def save(self, state: RolloutState) -> RolloutState:
        """Write the next revision, and give the state with it.

        `state.revision` must be the stored one, and its epoch at least the stored one. A closed state also ends the
        model's openness, and with ROLLED_BACK quarantines its artefact digest. Raises RolloutChanged.
        """
        ...

    def reopen(self, state: RolloutState) -> RolloutState:
        """Write the next revision of a closed rollout, open again, if the model has no open one. Raises RolloutChanged.

        Otherwise it is as `save`.
        """
        ...

    def quarantined_by(self, digest: str) -> str | None:
        """The rollout that put the artefact into quarantine, or None."""
        ...

    def release_from_quarantine(self, digest: str) -> None:
        """Let the artefact be rolled out again; one that is not in quarantine is left alone."""
        ...

    def keep_task_token(self, model: str, task_token: str) -> None:
        """What wakes the model's controller, which waits for people; it takes the place of the one before."""
        ...

    def find_task_token(self, model: str) -> str | None:
        """The newest one, which may have been used or be too old; None if no controller ever waited for people."""
        ...


class ControllerRunner(Protocol):
    """What runs ticks of an open rollout until it is closed."""

    def start(self, model: str, rollout_id: str, epoch: int) -> None:
        """Start the controller of this epoch; one that was started already is left alone."""
        ...

    def wake(self, task_token: str) -> None:
        """Let the controller that waits with this token look now. Without effect if none does, or if it fails."""
        ...


class Hooks(Protocol):
    """Functions of others that a gate asks."""

    def ask(self, function_name: str, event: Mapping[str, Any]) -> bool:
        """Whether its answer says go. Raises CandidateFailed if the function fails or answers nothing of the kind."""
        ...


class MetricsSource(Protocol):
    """What was seen of both sides: the same windows, the same rules for both."""

    def windows(
        self,
        model: str,
        *,
        stable_version: str,
        candidate_version: str,
        since: datetime,
        until: datetime,
        baseline: Baseline,
    ) -> Sequence[Window]:
        """Whole minutes of [since, until), without those that may still change (`settled_until`)."""
        ...

    def settled_until(self, now: datetime) -> datetime:
        """Up to when readings are complete: metrics come late, by the moment at which an invocation began."""
        ...

    def baseline(
        self, model: str, *, function_version: str, since: datetime, until: datetime, quantiles_bps: Sequence[int]
    ) -> Baseline:
        """The quantiles of one side's latency, warm and cold; empty where there was no traffic."""
        ...


class DomainEvents(Protocol):
    """Where the rest of the organisation hears of rollouts."""

    def publish(self, kind: str, detail: Mapping[str, Any], *, at: datetime) -> None:
        """Put one event on the bus; losing one loses no decision, for those are in the ledger."""
        ...


class CandidateCalls(Protocol):
    """Asks the candidate directly, past the alias: for warm-up, golden examples, hooks and copies."""

    def invoke(self, model: str, function_version: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """The function's answer to one event. Raises CandidateFailed with the function's own error."""
        ...

    def send(self, model: str, function_version: str, event: Mapping[str, Any]) -> None:
        """Have the event handled some time, nobody waits for the answer. Raises CandidateFailed if it is refused."""
        ...
