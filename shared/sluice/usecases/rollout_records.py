"""What the use cases of rollouts say in the ledger and on the bus: the same facts of a rollout in each of them."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sluice.catalog.alias import AliasState
from sluice.errors import StoreUnavailable
from sluice.governance.ledger import LedgerEntry
from sluice.governance.records import Record, RecordType
from sluice.governance.weights import Weights
from sluice.rollouts.shares import Shares, shares_of
from sluice.rollouts.state import RolloutState
from sluice.usecases.append_ledger import append_ledger
from sluice.usecases.rollout_ports import RolloutPorts

_BEGINNINGS = frozenset({RecordType.ROLLOUT_STARTED, RecordType.INTENT, RecordType.WISH})


def facts_of(state: RolloutState, actor: str, ports: RolloutPorts) -> dict[str, Any]:
    """What every record of the rollout begins with."""
    return {"model": state.model, "rollout_id": state.rollout_id, "actor": actor, "at": ports.clock.now()}


def record(entry: Record, ports: RolloutPorts) -> LedgerEntry:
    """Append to the model's chain. Raises LedgerMoved, LedgerBroken, StoreUnavailable."""
    return append_ledger(entry, ports.ledger)


def weights_as_seen(state: RolloutState, alias: AliasState | None) -> Weights:
    """The alias as a record tells it; one that is gone has no version at all."""
    if alias is None:
        return Weights("", None, 0)
    return weights_as(state, shares_of(alias), alias.revision_id)


def weights_as(state: RolloutState, shares: Shares, revision_id: str = "") -> Weights:
    """Shares with the releases of the versions that the rollout knows."""
    releases = {state.stable_version: state.stable_release, state.candidate_version: state.candidate_release}
    named = {version: number for version, number in releases.items() if version in shares[:2]}
    return Weights(*shares, revision_id=revision_id, releases=named)


def is_recorded(state: RolloutState, ports: RolloutPorts, kind: RecordType) -> bool:
    """Whether a tick that died wrote this already, since the last intent or wish; at worst it is written twice."""
    for entry in ports.ledger.ledger.newest_first(state.model):
        written = entry.record
        if written["rollout_id"] == state.rollout_id and written["type"] in {kind, *_BEGINNINGS}:
            return bool(written["type"] == kind)
    return False


def announce(state: RolloutState, kind: str, ports: RolloutPorts, **detail: Any) -> None:
    """Tell the rest of the organisation. What the bus loses stands in the ledger, so nothing waits for it."""
    facts: Mapping[str, Any] = {
        "rollout_id": state.rollout_id,
        "model": state.model,
        "phase": state.phase.value,
        "weight_bps": state.weight_bps,
        "stable_version": state.stable_version,
        "candidate_version": state.candidate_version,
    }
    with suppress(StoreUnavailable):
        ports.events.publish(kind, {**facts, **detail}, at=ports.clock.now())
