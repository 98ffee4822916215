"""What moving an alias outside of a rollout stands on."""

from dataclasses import dataclass

from sluice.catalog.ports import FunctionPublisher, Registry
from sluice.clock import Clock
from sluice.rollouts.ports import RolloutStore
from sluice.usecases.append_ledger import LedgerPorts


@dataclass(frozen=True, slots=True)
class Governed:
    """Where moves are written down, and which rollouts are open."""

    ledger: LedgerPorts
    rollouts: RolloutStore


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasPorts:
    """`governed` is None where no ledger tells of the traffic: a second region's aliases follow by hand."""

    registry: Registry
    publisher: FunctionPublisher
    clock: Clock
    governed: Governed | None
