"""Rollouts in this process's memory: the same conditions as the table's, under one lock."""

from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

from sluice.errors import ArtefactQuarantined, RolloutChanged
from sluice.rollouts.state import Phase, RolloutState

_Key = tuple[str, str]


class MemoryRollouts:
    """`rollouts.ports.RolloutStore` for tests and demonstrations; nothing survives the process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rollouts: dict[_Key, RolloutState] = {}
        self._open: dict[str, str] = {}
        self._quarantine: dict[str, str] = {}
        self._task_tokens: dict[str, str] = {}

    def open(self, state: RolloutState) -> None:
        """See the port."""
        with self._lock:
            if rolled_back := self._quarantine.get(state.artefact_digest):
                raise ArtefactQuarantined(state.model, state.artefact_digest, rolled_back)
            if state.model in self._open or _key(state) in self._rollouts:
                raise _changed(state)
            self._rollouts[_key(state)] = state
            self._open[state.model] = state.rollout_id

    def find(self, model: str, rollout_id: str) -> RolloutState | None:
        """See the port."""
        return self._rollouts.get((model, rollout_id))

    def find_open(self, model: str) -> RolloutState | None:
        """See the port."""
        with self._lock:
            rollout_id = self._open.get(model)
            return self._rollouts[model, rollout_id] if rollout_id else None

    def list_rollouts(self, model: str) -> Sequence[RolloutState]:
        """See the port."""
        with self._lock:
            found = [it for (its_model, _), it in self._rollouts.items() if its_model == model]
        return sorted(found, key=lambda it: (it.started_at, it.rollout_id), reverse=True)

    def list_open(self) -> Sequence[RolloutState]:
        """See the port."""
        with self._lock:
            return [self._rollouts[model, rollout_id] for model, rollout_id in sorted(self._open.items())]

    def save(self, state: RolloutState) -> RolloutState:
        """See the port."""
        with self._lock:
            if self._open.get(state.model) != state.rollout_id:
                raise _changed(state)
            return self._saved(state)

    def reopen(self, state: RolloutState) -> RolloutState:
        """See the port."""
        with self._lock:
            if state.model in self._open:
                raise _changed(state)
            saved = self._saved(state)
            self._open[state.model] = state.rollout_id
            return saved

    def quarantined_by(self, digest: str) -> str | None:
        """See the port."""
        return self._quarantine.get(digest)

    def release_from_quarantine(self, digest: str) -> None:
        """See the port."""
        with self._lock:
            self._quarantine.pop(digest, None)

    def keep_task_token(self, model: str, task_token: str) -> None:
        """See the port."""
        self._task_tokens[model] = task_token

    def find_task_token(self, model: str) -> str | None:
        """See the port."""
        return self._task_tokens.get(model)

    def _saved(self, state: RolloutState) -> RolloutState:
        stored = self._rollouts.get(_key(state))
        if stored is None or stored.revision != state.revision or stored.epoch > state.epoch:
            raise _changed(state)
        saved = replace(state, revision=state.revision + 1)
        self._rollouts[_key(state)] = saved
        if saved.is_closed:
            del self._open[state.model]
        if saved.phase is Phase.ROLLED_BACK:
            self._quarantine[state.artefact_digest] = state.rollout_id
        return saved


def _key(state: RolloutState) -> _Key:
    return state.model, state.rollout_id


def _changed(state: RolloutState) -> RolloutChanged:
    return RolloutChanged(state.model, state.rollout_id)
